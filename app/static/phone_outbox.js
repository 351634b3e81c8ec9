// What is written on this phone lies here until the server has answered for it: first stored, then sent, then deleted.
// Every card and ballot has a key, so sending it again is harmless. A browser that stores nothing keeps it in the page.
const Outbox = (() => {
  "use strict";
  const OLD = 3 * 86400e3; // a draft nobody came back to is let go after three days

  // One small database: `outbox` by key, `drafts` by form.
  const opened = new Promise((resolve) => {
    const inMemory = () => resolve(null);
    try {
      const request = indexedDB.open("tovholder", 1);
      request.onupgradeneeded = () => {
        request.result.createObjectStore("outbox", { keyPath: "key" });
        request.result.createObjectStore("drafts", { keyPath: "form" });
      };
      request.onsuccess = () => {
        request.result.onversionchange = () => request.result.close();
        resolve(request.result);
      };
      request.onerror = request.onblocked = inMemory;
    } catch {
      inMemory();
    }
  });
  const memory = { outbox: new Map(), drafts: new Map() };
  const keys = { outbox: "key", drafts: "form" };

  // `work` gets the stores and returns a request or nothing; settled when the transaction is on disk.
  const within = async (mode, work) => {
    const base = await opened;
    if (base) {
      try {
        return await new Promise((resolve, reject) => {
          const transaction = base.transaction(["outbox", "drafts"], mode);
          const request = work((name) => transaction.objectStore(name));
          transaction.oncomplete = () => resolve(request?.result);
          transaction.onerror = transaction.onabort = () => reject(transaction.error);
        });
      } catch {
        // Full or taken away: the page still has it.
      }
    }
    return work((name) => ({
      put: (row) => memory[name].set(row[keys[name]], row),
      delete: (key) => memory[name].delete(key),
      clear: () => memory[name].clear(),
      getAll: () => ({ result: [...memory[name].values()] }),
    }))?.result;
  };
  const everything = async (name) => {
    const rows = (await within("readonly", (store) => store(name).getAll())) ?? [];
    const known = new Set(rows.map((row) => row[keys[name]]));
    return [...rows, ...[...memory[name].values()].filter((row) => !known.has(row[keys[name]]))];
  };

  const tabs = "BroadcastChannel" in window ? new BroadcastChannel("tovholder") : null;
  const listeners = [];
  const tell = (what, more) => listeners.forEach((hear) => hear(what, more));
  if (tabs) tabs.onmessage = ({ data }) => tell(data);
  const changed = (elsewhere = "changed") => {
    tell("changed");
    tabs?.postMessage(elsewhere);
  };

  // Sending: one after the other, oldest first, until every key has its answer.
  let base = "";
  let send;
  let sending = false;
  let again = false;
  let tries = 0;
  let pause;
  const waiting = async () =>
    (await everything("outbox")).filter((row) => row.base === base && !row.refused).sort((a, b) => a.at - b.at);

  const final = (status) => status < 500 && status !== 429 && status !== 408;
  const drain = async () => {
    if (!send) return;
    if (sending) {
      again = true;
      return;
    }
    clearTimeout(pause);
    sending = true;
    again = false;
    for (const row of await waiting()) {
      const answer = await send(row).catch(() => null);
      if (!answer || !final(answer.status)) {
        tries += 1;
        pause = setTimeout(drain, Math.min(5000, 500 * 2 ** Math.min(tries, 6)) * (0.5 + Math.random() / 2));
        break;
      }
      tries = 0;
      if (answer.status < 400) {
        await within("readwrite", (store) => void store("outbox").delete(row.key));
        memory.outbox.delete(row.key);
        tell("delivered", { row, answer });
        changed("arrived");
      } else {
        await within("readwrite", (store) => void store("outbox").put({ ...row, refused: answer.message || "" }));
        tell("refused", { row, answer });
        changed();
      }
    }
    sending = false;
    if (again) drain();
  };

  return {
    // A fresh client key: 128 bits, also on plain http, where randomUUID is missing.
    key: () =>
      btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))))
        .replaceAll("+", "-")
        .replaceAll("/", "_")
        .replaceAll("=", ""),
    start: (own, sender) => {
      base = own;
      send = sender;
      everything("drafts").then((rows) =>
        rows.filter((row) => Date.now() - row.at > OLD).forEach((row) => Outbox.forgetDraft(row.form)),
      );
      drain();
    },
    listen: (hear) => listeners.push(hear),
    drain: () => {
      tries = 0;
      return drain();
    },
    // Stored with its draft let go in the same breath: it is never in both places, and never in none.
    put: async (row, form) => {
      await within("readwrite", (store) => {
        store("outbox").put({ ...row, base, at: Date.now() });
        if (form) store("drafts").delete(form);
      });
      memory.drafts.delete(form);
      changed();
      drain();
    },
    drop: async (key) => {
      await within("readwrite", (store) => void store("outbox").delete(key));
      memory.outbox.delete(key);
      changed();
    },
    kept: async () => (await everything("outbox")).filter((row) => row.base === base).sort((a, b) => a.at - b.at),
    keepDraft: (row) => within("readwrite", (store) => void store("drafts").put({ ...row, base, at: Date.now() })),
    forgetDraft: (form) => {
      memory.drafts.delete(form);
      return within("readwrite", (store) => void store("drafts").delete(form));
    },
    drafts: async () => (await everything("drafts")).filter((row) => row.base === base),
    clear: async () => {
      Object.values(memory).forEach((rows) => rows.clear());
      await within("readwrite", (store) => {
        store("outbox").clear();
        store("drafts").clear();
      });
      changed();
    },
  };
})();
