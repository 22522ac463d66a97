import { type AccountConfig, type AccountDraft, finish } from "./account.ts";
import { ConfigError, type ConfigPlace } from "./config_error.ts";
import { getConfigDefaults } from "./defaults.ts";
import { type IniSections, type IniValue, readIni } from "./ini.ts";
import { keyFor, KEYS, nearestKey, type OptionName, READERS } from "./keys.ts";

/** What a configuration file describes. */
export interface ConfigFile {
  /** The account of the section `DEFAULT`. */
  readonly default: AccountConfig;
  /**
   * The accounts of the other sections by name, in the order of the file. What a section does not
   * set is taken from `DEFAULT`.
   */
  readonly sections: ReadonlyMap<string, AccountConfig>;
}

const DEFAULT = "DEFAULT";

/**
 * Reads a configuration from text. Errors call it `name`. What `DEFAULT` does not set is taken from
 * `defaults`; by default, from the environment.
 *
 * Throws {@linkcode ConfigError}, which names the section and the key: no section `DEFAULT`, an
 * unknown key, an invalid value, values that contradict each other, or not INI at all.
 *
 * ```ts
 * import { parseConfig } from "@imapclient/imapclient/config";
 *
 * const text = "[DEFAULT]\nhost = imap.example.org\n[plain]\nssl = no";
 * const { sections } = parseConfig(text, "example");
 * console.log(sections.get("plain")); // { host: "imap.example.org", ssl: false }
 * ```
 */
export function parseConfig(
  text: string,
  name: string,
  defaults: AccountConfig = getConfigDefaults(),
): ConfigFile {
  const sections = new Map(readIni(text, name));
  const values = sections.get(DEFAULT);
  if (values === undefined) throw withoutDefault(sections, name);
  sections.delete(DEFAULT);
  const main = readAccount(values, defaults, { file: name, section: DEFAULT });
  if (main.expectFailure !== undefined) {
    const place = { file: name, section: DEFAULT, key: "expect_failure" };
    throw new ConfigError("is for the other sections only", place);
  }
  const others = [...sections].map(([section, values]) => {
    return [section, readAccount(values, main, { file: name, section })] as const;
  });
  return { default: main, sections: new Map(others) };
}

function withoutDefault(sections: IniSections, file: string): ConfigError {
  const like = [...sections.keys()].find((section) => section.toUpperCase() === DEFAULT);
  const hint = like === undefined ? "" : `: [${like}] must be written [${DEFAULT}]`;
  return new ConfigError(`there is no section ${DEFAULT}${hint}`, { file });
}

function readAccount(
  values: ReadonlyMap<string, IniValue>,
  inherited: AccountConfig,
  place: ConfigPlace,
): AccountConfig {
  const draft: AccountDraft = { ...inherited };
  for (const [key, value] of values) readOption(draft, key, value, place);
  const account = finish(draft, place);
  check(account, place);
  return account;
}

function readOption(
  draft: AccountDraft,
  key: string,
  { text, line }: IniValue,
  section: ConfigPlace,
): void {
  const place = { ...section, line, key };
  const name = KEYS.get(key);
  if (name === undefined) {
    throw new ConfigError(`there is no such key; did you mean ${nearestKey(key)}?`, place);
  }
  if (text === "" && name !== "password") {
    delete draft[name];
    return;
  }
  const fail = (problem: string): never => {
    throw new ConfigError(problem, place);
  };
  Object.assign(draft, { [name]: READERS[name](text, fail) });
}

/** Refuses valid values that contradict each other. */
function check(account: AccountConfig, place: ConfigPlace): void {
  const { host, port, ssl, starttls, stream } = account;
  const fail = (name: OptionName, problem: string) => {
    throw new ConfigError(problem, { ...place, key: keyFor(name) });
  };
  const cure = (name: OptionName) => `leave ${name} out, or empty it here: "${name} ="`;
  if (ssl && starttls) {
    fail("starttls", `ssl is TLS from the first byte: with starttls ${cure("ssl")}`);
  }
  if (!stream) {
    if (host !== undefined && !/^[^\s\0/@]+$/.test(host)) {
      // It is not shown, as a URL may hold a password.
      fail("host", "must be a host name or an address, with nothing around it");
    }
    return;
  }
  if (port !== undefined) fail("port", `has no meaning with stream: ${cure("port")}`);
  if (ssl) fail("ssl", `has no meaning with stream: ${cure("ssl")}`);
  if (starttls) fail("starttls", `has no meaning with stream: ${cure("starttls")}`);
}
