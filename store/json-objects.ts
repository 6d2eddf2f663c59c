import { asWhole, jsonText } from "./files.ts";
import type { Objects } from "./objects.ts";

const textOf = async (objects: Objects, key: string): Promise<string | undefined> =>
  (await objects.read(key))?.bytes.toString();

/** The parsed object, or undefined when there is none. */
export async function load<T>(objects: Objects, key: string): Promise<T | undefined> {
  const text = await textOf(objects, key);
  return text === undefined ? undefined : (JSON.parse(text) as T);
}

/** The parsed object; one that does not hold a value with this property counts as absent, as damaged. */
export async function loadIfWhole<T extends object>(
  objects: Objects,
  key: string,
  property: keyof T & string,
): Promise<T | undefined> {
  const text = await textOf(objects, key);
  return text === undefined ? undefined : asWhole<T>(text, property);
}

export async function save(objects: Objects, key: string, value: unknown): Promise<void> {
  await objects.write(key, jsonText(value));
}

/** As `save`, without waiting for the disk. */
export async function saveSoon(objects: Objects, key: string, value: unknown): Promise<void> {
  await objects.write(key, jsonText(value), { soon: true });
}
