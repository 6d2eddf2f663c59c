import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Condition, Objects, Tagged } from "./objects.ts";

const WRITERS = 20;
const ROUNDS = 5;

/**
 * Why objects cannot be trusted, or null. Conditions are tried by writers at once: some servers take them, answer rightly one
 * after another, and let several win a race. `scratch` is a folder that big objects may come from.
 */
export async function probe(objects: Objects, scratch: string): Promise<string | null> {
  const place = `probe-${randomUUID()}`;
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const defect = await tryConditions(objects, `${place}/${round}`);
      if (defect !== null) return defect;
    }
    return await tryBig(objects, `${place}/big`, scratch);
  } finally {
    await objects.remove(place);
  }
}

async function tryConditions(objects: Objects, key: string): Promise<string | null> {
  const race = async (round: string, when: Condition) => {
    const texts = Array.from({ length: WRITERS }, (_, writer) => `${round} ${writer}`);
    const tags = await Promise.all(texts.map((text) => objects.write(key, text, { when })));
    const won = tags.flatMap((tag, index) => (tag === "refused" ? [] : [{ ...tag, text: texts[index]! }]));
    return { won, now: await objects.read(key) };
  };
  if ((await objects.write(key, "x", { when: { tag: "none" } })) !== "refused")
    return "it changes an object that is not there";
  const made = await race("made", "absent");
  const first = winner(made);
  if (typeof first === "string") return `of ${WRITERS} that made one object at once ${first}`;
  const second = winner(await race("changed", { tag: first.tag }));
  if (typeof second === "string") return `of ${WRITERS} that changed one object at once ${second}`;
  if ((await objects.write(key, "late", { when: { tag: first.tag } })) !== "refused")
    return "it changes an object that is another one since";
  if (!(await objects.list(path.posix.dirname(key))).includes(path.posix.basename(key)))
    return "an object that was written is not listed";
  if (!(await objects.remove(key)) || (await objects.read(key)) !== null)
    return "an object that was removed is still there";
  return null;
}

function winner({
  won,
  now,
}: {
  won: (Tagged & { text: string })[];
  now: (Tagged & { bytes: Buffer }) | null;
}): Tagged | string {
  const [one, ...others] = won;
  if (one === undefined) return "none was told that it had";
  if (others.length > 0) return `${won.length} were told that they had`;
  if (now?.bytes.toString() !== one.text || now.tag !== one.tag) return "one had, and another one's is there";
  return one;
}

async function tryBig(objects: Objects, key: string, scratch: string): Promise<string | null> {
  const folder = await mkdtemp(path.join(scratch, "probe-"));
  const content = randomUUID();
  try {
    const made = path.join(folder, "made");
    await mkdir(made);
    await writeFile(path.join(made, "content"), content);
    await objects.upload(key, made, "content");
    const text = await readFile(path.join(await objects.download(key), "content"), "utf8").catch(() => null);
    return text === content ? null : "a folder that was put there comes back as another one";
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
