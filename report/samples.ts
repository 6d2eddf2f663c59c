import type { Html } from "./html.ts";
import { html } from "./html.ts";

/** One held-out question with the frames that the models saw and what each of them replied. */
export interface Sample {
  video: string;
  question: string;
  options: string[];
  gold: string;
  /** The filmstrip as a data URI, its number of frames, and the size of one. */
  strip: { uri: string; frames: number; width: number; height: number };
  /** `said` is the letter, or the status of a reply without one. */
  replies: { step: string; said: string; correct: boolean }[];
}

/** Shows frames side by side; the strip is one tall picture, of which each cell shows a part. */
export function samplesSection(samples: readonly Sample[]): Html {
  if (samples.length === 0) return html``;
  return html`<section>
    <h2>What the models saw</h2>
    ${samples.map(
      ({ video, question, options, gold, strip, replies }) =>
        html`<figure>
          <div
            class="strip"
            style="--strip:url(${strip.uri});--frames:${strip.frames};--shape:${strip.width}/${strip.height}"
          >
            ${Array.from(
              { length: strip.frames },
              (_, index) =>
                html`<i style="--place:${((100 * index) / Math.max(1, strip.frames - 1)).toFixed(3)}%"></i>`,
            )}
          </div>
          <figcaption>
            <b>${question}</b>
            ${options.map((option) => html`<span class="${option.startsWith(gold) ? "gold" : "option"}">${option}</span> `)}
            <span class="faint">${video}</span><br />${replies.map(
              ({ step, said, correct }) =>
                html`<span class="${correct ? "good" : "bad"}">${step}: ${said}</span> `,
            )}
          </figcaption>
        </figure>`,
    )}
  </section>`;
}
