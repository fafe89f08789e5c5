// The ready-made people, and the forms for others.

import { api } from "./api.js";
import { askForm } from "./dialogs.js";
import { fullName } from "./dom.js";
import { spoken, t } from "./words.js";

export const CAST = [
  { key: "ana", first_name: "Ana", last_name: "Torres", username: "ana_admin", phone_number: "+573001110001" },
  { key: "bruno", first_name: "Bruno", last_name: "Díaz", username: "bruno_employee", phone_number: "+573001110002" },
  { key: "carla", first_name: "Carla", last_name: "Ruiz", username: "carla_member", phone_number: "+573001110003" },
  { key: "sam", first_name: "Sam", last_name: "Vega", username: "sam_stranger", phone_number: "+573001110004" },
];

export const roleOf = (person) => (CAST.some(({ username }) => username === person.username) ? t(`role.${person.username}`) : "");

// The cast member among the people, made if missing.
export async function bring(member, people) {
  const there = people.find(({ username }) => username === member.username);
  if (there) return there;
  const { key, ...person } = member;
  return api.addPerson({ ...person, language_code: spoken() });
}

export async function askPerson() {
  const values = await askForm(t("person.title"), [
    ["first_name", t("person.first"), { required: true, maxLength: 64 }],
    ["last_name", t("person.last"), { maxLength: 64 }],
    ["username", t("person.username"), { maxLength: 32, pattern: "[A-Za-z][A-Za-z0-9_]{3,31}" }],
    ["phone_number", t("person.phone"), { type: "tel", placeholder: "+57 300 123 4567" }],
    ["language_code", t("person.language"), { choices: ["en", "es"].map((code) => [code, t(`language.${code}`), code === spoken()]) }],
  ], t("person.add"));
  return values && api.addPerson(Object.fromEntries(Object.entries(values).map(([name, [value]]) => [name, value.trim()])));
}

export async function askGroup(people) {
  const values = await askForm(t("group.title"), [
    ["title", t("group.name"), { required: true, maxLength: 128 }],
    ["members", t("group.members"), { many: people.map((person) => [person.id, fullName(person)]) }],
    ["topics", t("group.topics"), {}],
  ], t("person.add"));
  if (!values?.members) return null;
  const topics = values.topics[0].split(",").map((name) => name.trim()).filter(Boolean);
  return api.addGroup({ title: values.title[0], members: values.members.map(Number), topics });
}
