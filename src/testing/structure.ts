import { type MailAddress, parseAddresses } from "./address_list.ts";
import { countLines, type Entity, fieldValue, type Parameter, parseParameters } from "./mime.ts";
import { nstring, string } from "./output.ts";

/** ENVELOPE of a message (RFC 9051 section 7.5.2), as a binary string. */
export function envelope(message: Entity): string {
  const text = (name: string) => nstring(fieldValue(message, name));
  const from = addresses(message, "FROM");
  const orFrom = (name: string) => {
    const list = addresses(message, name);
    return list === "NIL" ? from : list;
  };
  return `(${
    [
      ...[text("DATE"), text("SUBJECT")],
      ...[from, orFrom("SENDER"), orFrom("REPLY-TO")],
      ...["TO", "CC", "BCC"].map((name) => addresses(message, name)),
      ...[text("IN-REPLY-TO"), text("MESSAGE-ID")],
    ].join(" ")
  })`;
}

/** BODYSTRUCTURE of an entity or, if `extended` is false, BODY; as a binary string. */
export function bodyStructure(entity: Entity, extended: boolean): string {
  if (entity.parts.length > 0) return multipart(entity, extended);
  const fields = [string(entity.type), string(entity.subtype), parameters(entity.params)];
  for (const name of ["CONTENT-ID", "CONTENT-DESCRIPTION"]) {
    fields.push(nstring(fieldValue(entity, name)));
  }
  fields.push(string(fieldValue(entity, "CONTENT-TRANSFER-ENCODING") || "7bit"));
  fields.push(String(entity.end - entity.bodyStart));
  if (entity.message !== null) {
    fields.push(envelope(entity.message), bodyStructure(entity.message, extended));
  }
  if (entity.message !== null || entity.type.toLowerCase() === "text") {
    fields.push(String(countLines(entity)));
  }
  if (extended) fields.push(nstring(fieldValue(entity, "CONTENT-MD5")), ...extension(entity));
  return `(${fields.join(" ")})`;
}

function multipart(entity: Entity, extended: boolean): string {
  const parts = entity.parts.map((part) => bodyStructure(part, extended)).join("");
  const fields = [string(entity.subtype)];
  if (extended) fields.push(parameters(entity.params), ...extension(entity));
  return `(${parts} ${fields.join(" ")})`;
}

/** Disposition, language and location. */
function extension(entity: Entity): string[] {
  const disposition = fieldValue(entity, "CONTENT-DISPOSITION");
  const languages = fieldValue(entity, "CONTENT-LANGUAGE")?.split(",").map((tag) => tag.trim());
  let shown = "NIL";
  if (disposition) {
    const { value, params } = parseParameters(disposition);
    shown = `(${string(value)} ${parameters(params)})`;
  }
  return [
    shown,
    languages === undefined ? "NIL" : `(${languages.map(string).join(" ")})`,
    nstring(fieldValue(entity, "CONTENT-LOCATION")),
  ];
}

function parameters(params: readonly Parameter[]): string {
  if (params.length === 0) return "NIL";
  return `(${params.map(([name, value]) => `${string(name)} ${string(value)}`).join(" ")})`;
}

function addresses(message: Entity, field: string): string {
  const list = parseAddresses(fieldValue(message, field) ?? "");
  return list.length === 0 ? "NIL" : `(${list.map(address).join("")})`;
}

function address({ name, route, mailbox, host }: MailAddress): string {
  return `(${[name, route, mailbox, host].map(nstring).join(" ")})`;
}
