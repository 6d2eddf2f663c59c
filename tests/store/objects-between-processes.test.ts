import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { packageRoot } from "../../core/package-root.ts";
import { temporaryFolder } from "../support/folders.ts";

test("objects in a folder count rightly when several processes change one", async () => {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, "count"), "0");
  const script = `
    const { folderObjects } = await import(${JSON.stringify(path.join(packageRoot, "dist/store/folder-objects.js"))});
    const objects = folderObjects(process.argv[2]);
    for (let done = 0; done < 20; ) {
      const { bytes, tag } = await objects.read("count");
      const more = String(Number(bytes.toString()) + 1);
      if ((await objects.write("count", more, { when: { tag }, soon: true })) !== "refused") done += 1;
    }`;
  const file = path.join(temporaryFolder(), "count.mjs");
  writeFileSync(file, script);
  await Promise.all(Array.from({ length: 4 }, () => execa(process.execPath, [file, folder])));
  expect(readFileSync(path.join(folder, "count"), "utf8")).toBe("80");
});
