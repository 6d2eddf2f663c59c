import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/** How a delivery proves where it is from: GitHub, Gitea, Forgejo and own hooks sign its bytes; GitLab sends the secret itself. */
export type Proof = "signature" | "token";

/** Whether a delivery was made by somebody who knows the secret. Takes as long for a wrong one as for a right one. */
export function isGenuine(proof: Proof, headers: IncomingHttpHeaders, body: Buffer, secret: string): boolean {
  if (proof === "token") return sameText(single(headers["x-gitlab-token"]), secret);
  const said = /^sha256=(?<hex>[0-9a-f]{64})$/.exec(single(headers["x-hub-signature-256"]))?.groups?.["hex"];
  const right = createHmac("sha256", secret).update(body).digest();
  return said !== undefined && timingSafeEqual(Buffer.from(said, "hex"), right);
}

/** By digests, so that neither length nor place of a difference shows in the time. */
const sameText = (said: string, secret: string): boolean => timingSafeEqual(sha256(said), sha256(secret));

const sha256 = (text: string): Buffer => createHash("sha256").update(text).digest();

const single = (header: string | string[] | undefined): string => (typeof header === "string" ? header : "");
