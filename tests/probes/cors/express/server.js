// Express applications, each with its way to configure CORS, on one port: told apart by host names.
const http = require("http");
const express = require("express");
const cors = require("cors");

const APP = "https://app.example.com";
const TOKEN = process.env.CASES_TOKEN;

function app(...before) {
  const made = express();
  made.use(...before);
  made.get("/api/me", (request, response) => response.json({ id: 1 }));
  return made;
}

const withCors = (options) => app(cors(options));
const matching = (test) =>
  withCors({ origin: (origin, done) => done(null, !origin || test(origin)), credentials: true });

function byHand(headers) {
  return app((request, response, next) => {
    for (const [name, value] of Object.entries(headers(request.headers.origin))) response.append(name, value);
    if (request.method === "OPTIONS") return response.sendStatus(204);
    next();
  });
}

function closed(options) {
  const made = express();
  made.use(cors(options));
  made.get("/api/me", (request, response) => {
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return response.status(401).json({ error: "no" });
    response.json({ id: 1 });
  });
  return made;
}

const named = (origin) => ({ "Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true" });

const APPS = {
  reflect: withCors({ origin: true, credentials: true }),
  startswith: matching((origin) => origin.startsWith(APP)),
  "regex-end": withCors({ origin: /example\.com$/, credentials: true }),
  substring: matching((origin) => origin.includes("example.com")),
  special: withCors({ origin: /^https:\/\/app\.example\.com(?:$|[^a-z0-9.-])/, credentials: true }),
  "special-underscore": withCors({ origin: /^https:\/\/app\.example\.com(?:$|_)/, credentials: true }),
  split: matching((origin) => origin.split("&")[0] === APP),
  "regex-unanchored": withCors({ origin: /https:\/\/app\.example\.com/, credentials: true }),
  "null-list": withCors({ origin: [APP, "null"], credentials: true }),
  "closed-default": closed({}),
  novary: byHand((origin) => (origin === APP ? named(origin) : {})),
  "novary-public": byHand((origin) => ({
    "Cache-Control": "public, max-age=600",
    ...(origin === APP ? named(origin) : {}),
  })),
  twice: app(
    (request, response, next) => {
      response.append("Access-Control-Allow-Origin", APP);
      response.append("Access-Control-Allow-Origin", "*");
      next();
    },
  ),
  joined: byHand(() => ({ "Access-Control-Allow-Origin": `${APP}, https://admin.example.com`, Vary: "Origin" })),
  "reflect-open": withCors({ origin: true }),
  list: withCors({ origin: [APP], credentials: true }),
  fixed: withCors({ origin: APP, credentials: true }),
  "open-default": withCors({}),
  throwing: (() => {
    const made = app(
      cors({
        origin: (origin, done) => (!origin || origin === APP ? done(null, true) : done(new Error("Not allowed"))),
        credentials: true,
      }),
    );
    made.use((error, request, response, next) => response.status(500).send("error"));
    return made;
  })(),
};

const server = http.createServer({ keepAlive: true }, (request, response) => {
  const made = APPS[(request.headers.host || "").split(".")[0]];
  return made ? made(request, response) : response.writeHead(421).end();
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.on("end", () => process.exit(0)).resume();
