import { existsSync, mkdirSync, readdirSync, utimesSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { useByAddress } from "../../../gitops/git/by-address.ts";
import { openStore } from "../../../store/store.ts";
import { temporaryFolder } from "../../support/folders.ts";

test("a mirror of an address goes when nobody has used it for a week, and no run can need it", async () => {
  const store = openStore(path.join(temporaryFolder(), ".reprise"));
  const { folder } = store.gitops;
  const make = async (name: string, days: number): Promise<void> => {
    await useByAddress(store, name);
    mkdirSync(path.join(store.gitops.repository(name).mirror, "objects"), { recursive: true });
    const then = new Date(Date.now() - days * 86_400_000);
    utimesSync(path.join(folder, name, "used"), then, then);
  };
  await make("by-address-old", 8);
  await make("by-address-young", 6);
  // Made in this order: each use looks at the others.
  mkdirSync(path.join(folder, "papers", "mirror.git"), { recursive: true });
  await make("by-address-tree", 8);
  mkdirSync(path.join(store.gitops.repository("by-address-tree").checkouts, "a"), { recursive: true });
  await useByAddress(store, "by-address-new");
  expect(readdirSync(folder).sort()).toEqual([
    "by-address-new",
    "by-address-tree",
    "by-address-young",
    "papers",
  ]);
  utimesSync(path.join(folder, "by-address-young", "used"), new Date(0), new Date(0));
  await useByAddress(store, "by-address-young");
  expect(existsSync(path.join(folder, "by-address-young"))).toBe(true);
});
