// The control API. Refusals come as Refusal with a stable code.

import { t } from "./words.js";

const BASE = "/sandbox/api";

export class Refusal extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }

  get sentence() {
    return t(`error.${this.code}`, {}, this.message);
  }
}

async function call(method, path, options = {}) {
  let answer;
  try {
    answer = await fetch(BASE + path, { method, ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal("offline", t("error.offline"));
  }
  if (answer.status === 204) return {};
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refusal(body.error?.code ?? "unknown", body.error?.message ?? answer.statusText);
  return body;
}

const json = (body) => ({ headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
const query = (values) => new URLSearchParams(Object.entries(values).filter(([, value]) => value !== null && value !== undefined));

export const api = {
  overview: (after, wait) => call("GET", `/overview?${query({ after, wait })}`),
  demo: () => call("GET", "/demo"),
  loadDemo: () => call("POST", "/demo"),
  clock: () => call("GET", "/clock"),
  advance: (step) => call("POST", "/clock", json({ advance: step })),
  addPerson: (person) => call("POST", "/people", json(person)),
  removePerson: (id) => call("DELETE", `/people/${id}`),
  addGroup: (group) => call("POST", "/groups", json(group)),
  chat: (person, chat, after) => call("GET", `/people/${person}/chat?${query({ chat, after })}`),
  say: (person, body) => call("POST", `/people/${person}/send`, json(body)),
  tap: (person, body) => call("POST", `/people/${person}/tap`, json(body)),
  block: (person, blocked) => call("POST", `/people/${person}/${blocked ? "block" : "unblock"}`),
  upload(person, kind, files, values) {
    const form = new FormData();
    for (const [name, value] of Object.entries(values)) if (value !== null && value !== undefined) form.append(name, value);
    for (const file of files) form.append(kind, file, file.name ?? "photo.jpg");
    return call("POST", `/people/${person}/send`, { body: form });
  },
};
