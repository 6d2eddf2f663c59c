import type { RunRecord } from "../schemas/generated/run-record.ts";
import { html, section, type Html } from "./html.ts";

/** What was pinned for the run's bytes, and whether they are the reference's. */
export function bytesSection({ reproducible, reference }: RunRecord): Html {
  const pins = Object.entries(reproducible?.pinned ?? {}).map(([name, value]) => `${name}=${value}`);
  if (!reference && pins.length === 0) return html``;
  return section(
    "Bytes",
    html`${
      reference
        ? html`<p>
            Same bytes as the reference <code>${reference.file}</code>:
            <strong>${reference.same ? "yes" : "no"}</strong> (${reference.equal} of ${reference.steps}
            steps). ${reference.because}
          </p>`
        : html``
    }
    ${pins.length > 0 ? html`<p>Pinned for every program: <code>${pins.join(" ")}</code></p>` : html``}`,
  );
}
