// One Express application for each kind of limit; prints the ports, by name, once all listen.
const express = require("express");
const { rateLimit } = require("express-rate-limit");
const { slowDown } = require("express-slow-down");

const quiet = { validate: false, windowMs: 60_000 };
const kinds = {
  default: [{ windowMs: 60_000 }],
  draft6: [{ limit: 20, standardHeaders: "draft-6", legacyHeaders: false }],
  draft7: [{ limit: 20, standardHeaders: "draft-7", legacyHeaders: false }],
  draft8: [{ limit: 20, standardHeaders: "draft-8", legacyHeaders: false }],
  trusting: [{ limit: 20 }, true],
  one_proxy: [{ limit: 20 }, 1],
  forbidden: [{ limit: 20, statusCode: 403 }],
  success: [{ limit: 20, statusCode: 200, message: { error: "Too many requests" } }],
  never: [{ limit: 20, skip: () => true }],
  login: [{ limit: 5, skipSuccessfulRequests: true }],
};

const ports = {};
const names = [...Object.keys(kinds), "slow"];
for (const name of names) {
  const app = express();
  const [options, trust] = kinds[name] || [];
  if (trust) app.set("trust proxy", trust);
  const delay = { ...quiet, delayAfter: 5, delayMs: () => 600 };
  app.use(name === "slow" ? slowDown(delay) : rateLimit({ ...quiet, ...options }));
  app.get("/api/list", (_, response) => response.json([{ id: 1, at: Date.now() }]));
  app.get("/api/other", (_, response) => response.json([]));
  app.post("/auth/login", (_, response) => response.status(401).json({ detail: "wrong" }));
  const server = app.listen(0, "127.0.0.1", () => {
    ports[name] = server.address().port;
    if (Object.keys(ports).length === names.length) console.log(JSON.stringify(ports));
  });
}
process.stdin.resume().on("end", () => process.exit(0)); // ends with whoever started it
