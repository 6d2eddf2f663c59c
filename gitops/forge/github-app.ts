import { createPrivateKey, sign, type KeyObject } from "node:crypto";
import { ForgeClient, type Authorize } from "./client.ts";
import { ForgeError } from "./forge.ts";

// Tokens of an installation live for an hour.
const TOKEN_FOR_MS = 50 * 60_000;
// GitHub takes ten minutes at most; its clock may be a little behind.
const JWT_FOR = 540;
const CLOCK_SLACK = 60;

export interface GithubApp {
  /** The app's number, or its client id. */
  id: string;
  /** PEM; `\n` may stand for line ends, as variables have them. */
  privateKey: string;
  /** Number of its installation; null: the one on the repository is looked up. */
  installation: number | null;
}

/** Gives tokens of an app's installation on one repository, each for as long as it lives. */
export class AppTokens {
  readonly #app: ForgeClient;
  readonly #project: string;
  readonly #installation: number | null;
  #token: { text: string; until: number } | null = null;
  #asking: Promise<string> | null = null;

  constructor(api: string, project: string, { id, privateKey, installation }: GithubApp) {
    const key = keyOf(privateKey);
    const authorize: Authorize = () => Promise.resolve({ authorization: `Bearer ${jwt(id, key)}` });
    this.#app = new ForgeClient(api, authorize);
    this.#project = project;
    this.#installation = installation;
  }

  token(): Promise<string> {
    if (this.#token !== null && performance.now() < this.#token.until)
      return Promise.resolve(this.#token.text);
    this.#asking ??= this.#ask().finally(() => (this.#asking = null));
    return this.#asking;
  }

  /** The app's own number: comments that it wrote carry it. */
  async number(): Promise<number> {
    return (await this.#app.get("/app")).at("id").count();
  }

  async #ask(): Promise<string> {
    const installation =
      this.#installation ?? (await this.#app.get(`/repos/${this.#project}/installation`)).at("id").count();
    const path = `/app/installations/${installation}/access_tokens`;
    // For this repository alone, whatever else the app is installed on.
    const body = { repositories: [this.#project.split("/")[1]] };
    const text = (await this.#app.send("POST", path, body)).at("token").text();
    this.#token = { text, until: performance.now() + TOKEN_FOR_MS };
    return text;
  }
}

function keyOf(pem: string): KeyObject {
  try {
    return createPrivateKey(pem.replaceAll(String.raw`\n`, "\n"));
  } catch {
    throw new ForgeError(
      "denied",
      "The app's private key cannot be read. Give the whole PEM file that GitHub made.",
    );
  }
}

function jwt(id: string, key: KeyObject): string {
  const now = Math.floor(Date.now() / 1000);
  const parts = [
    { alg: "RS256", typ: "JWT" },
    { iat: now - CLOCK_SLACK, exp: now + JWT_FOR, iss: id },
  ].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"));
  const signed = parts.join(".");
  return `${signed}.${sign("RSA-SHA256", Buffer.from(signed), key).toString("base64url")}`;
}
