// The line to the server: a socket while there is one, plain requests where sockets are blocked, and never a wait on a
// socket that is dead. It says what the pulse is and whether the line is up, and carries what the outbox sends.
const Line = (() => {
  "use strict";
  const SILENT = 30000; // the server speaks every ten seconds; three missed and the socket is dead
  const OPENING = 5000; // for a handshake: the system would repeat it ever more seldom, for minutes
  const MISSED = 12000; // one missed: after a sleep that is enough to doubt it
  const ANSWER = 6000; // to wait for an answer before it is sent again
  const BLOCKED = 2; // sockets that never opened, one after the other, while plain requests worked
  const clock = () => performance.now();

  let base = "";
  let hear = {};
  let socket = null;
  let heard = 0;
  let tries = 0;
  let unopened = 0;
  let later;
  let polling;
  let blocked = false; // plain requests work, and sockets do not
  const asked = new Map(); // key to who waits for its answer

  const up = () => socket?.readyState === WebSocket.OPEN;

  const connect = () => {
    clearTimeout(later);
    const mine = new WebSocket(`${location.protocol.replace("http", "ws")}//${location.host}${base}/live`);
    let opened = false;
    socket = mine;
    heard = clock();
    mine.onopen = () => {
      if (mine !== socket) return mine.close();
      opened = true;
      tries = unopened = 0;
      stopPolling();
    };
    mine.onmessage = ({ data }) => {
      if (mine !== socket) return;
      heard = clock();
      if (data.startsWith("{")) {
        const answer = JSON.parse(data);
        asked.get(answer.key)?.(answer);
      } else {
        hear.up(); // the first frame is the whole state, so only now is the line worth anything
        pulse(data);
      }
    };
    mine.onclose = ({ code }) => {
      if (mine !== socket) return;
      socket = null;
      if (!polling) hear.down();
      if (!opened && ++unopened >= BLOCKED) poll();
      if (code !== 4000) later = setTimeout(connect, delay()); // 4000: this person holds sockets enough in other tabs
    };
  };
  const delay = () => {
    if (blocked) return 30000 * (0.75 + Math.random() / 2);
    return Math.min(5000, 400 * 2 ** Math.min(tries++, 5)) * (0.5 + Math.random() / 2);
  };
  const replace = () => {
    const dead = socket;
    socket = null;
    dead?.close();
    connect();
  };

  const pulse = (html) => {
    const frame = document.createElement("template");
    frame.innerHTML = html;
    const found = frame.content.querySelector("#pulse");
    if (found) hear.pulse({ ...found.dataset });
  };

  // Plain requests: the same pulse, asked for.
  const ask = async (within = 5000) => {
    const stop = new AbortController();
    const patience = setTimeout(() => stop.abort(), within);
    try {
      const answer = await fetch(`${base}/pulse`, { signal: stop.signal, cache: "no-store" });
      if (answer.status === 403 || answer.status === 404) return hear.gone();
      if (!answer.ok) return false;
      pulse(await answer.text());
      return true;
    } catch {
      return false;
    } finally {
      clearTimeout(patience);
    }
  };
  const poll = async () => {
    if (polling) return;
    const turn = async () => {
      const mine = polling;
      const there = await ask();
      if (mine !== polling) return;
      blocked = there === true;
      there ? hear.up() : hear.down();
      polling = setTimeout(turn, 3000 + Math.random() * 2000);
    };
    polling = setTimeout(turn, 0);
  };
  const stopPolling = () => {
    clearTimeout(polling);
    polling = undefined;
    blocked = false;
  };

  // Awake again: look at once, and do not trust a socket that slept.
  const wake = () => {
    if (!base || document.visibilityState === "hidden") return;
    if (!up() || clock() - heard > MISSED) {
      tries = 0;
      replace();
    }
    ask(2000);
  };
  document.addEventListener("visibilitychange", wake);
  addEventListener("pageshow", (event) => event.persisted && wake());
  addEventListener("online", wake);
  document.addEventListener("resume", wake);
  setInterval(() => {
    if (up()) clock() - heard > SILENT && replace();
    else if (clock() - heard > OPENING) socket?.close();
  }, 1000);

  const overSocket = (row) =>
    new Promise((resolve, reject) => {
      const patience = setTimeout(() => settle(null), ANSWER);
      const settle = (answer) => {
        clearTimeout(patience);
        asked.delete(row.key);
        answer ? resolve(answer) : reject(new Error("no answer"));
      };
      asked.set(row.key, settle);
      socket.send(JSON.stringify({ to: row.to, ...row.fields }));
    });
  const overHttp = async (row) => {
    const stop = new AbortController();
    const patience = setTimeout(() => stop.abort(), ANSWER);
    try {
      const answer = await fetch(`${base}/${row.to}`, {
        method: "POST",
        headers: { Accept: "application/json" },
        body: new URLSearchParams(row.fields),
        signal: stop.signal,
      });
      return { status: answer.status, ...(await answer.json().catch(() => ({}))) };
    } finally {
      clearTimeout(patience);
    }
  };

  return {
    start: (own, hearers) => {
      base = own;
      hear = hearers;
      connect();
    },
    send: async (row) => {
      try {
        if (up()) return await overSocket(row);
      } catch {
        if (clock() - heard > MISSED) replace(); // neither an answer nor a pulse
      }
      return overHttp(row);
    },
  };
})();
