// Trades the secret after # for a cookie. The secret never stands in an address that is sent.
(() => {
  const form = document.getElementById("door");
  const secret = location.hash.slice(1);
  if (!secret) return;
  history.replaceState(null, "", location.pathname);
  form.elements.secret.value = secret;
  form.submit();
})();
