import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { findVideos } from "../../../activities/frames-extract/find-videos.ts";
import { leaveOut } from "../../../activities/frames-extract/unusable.ts";
import type { Having } from "../../../data/questions/questions-file.ts";
import { temporaryFolder } from "../../support/folders.ts";
import { cpuTime } from "../../support/spent.ts";

function tree(...files: string[]): string {
  const folder = path.join(temporaryFolder(), "videos");
  for (const file of files) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), "x");
  }
  return folder;
}

/** Places, as paths from the folder or as what is said of a video that is missing. */
async function placesIn(folder: string, names: string[], under = true): Promise<Record<string, string>> {
  const [source, videos] = under ? ["/nowhere", folder] : [folder, undefined];
  return Object.fromEntries(
    [...(await findVideos(names, source, videos))].map(([name, place]) => [
      name,
      "file" in place ? path.relative(folder, place.file) : `: ${place.missing}`,
    ]),
  );
}

test("the given path decides, whatever else has the same name", async () => {
  const folder = tree("kinetics/1.mp4", "clevrer/1.mp4", "only/2.mp4");
  expect(await placesIn(folder, ["kinetics/1.mp4", "clevrer/1.mp4", "kinetics/2.mp4", "3.mp4"])).toEqual({
    "kinetics/1.mp4": "kinetics/1.mp4",
    "clevrer/1.mp4": "clevrer/1.mp4",
    "kinetics/2.mp4": ": it was not found; there is 'only/2.mp4'",
    "3.mp4": ": it was not found",
  });
});

test("a bare name is looked for at any depth, and must stand for one file", async () => {
  const folder = tree("a/b/c/1.mp4", "x/2.mp4", "y/2.mp4", "3.mp4");
  expect(await placesIn(folder, ["1.mp4", "2.mp4", "3.mp4"])).toEqual({
    "1.mp4": "a/b/c/1.mp4",
    "2.mp4": ": its name stands for several: x/2.mp4, y/2.mp4",
    "3.mp4": "3.mp4",
  });
});

test("without a folder of videos paths count from the dataset, and no name is looked for", async () => {
  const folder = tree("a/1.mp4");
  expect(await placesIn(folder, ["a/1.mp4", "1.mp4"], false)).toEqual({
    "a/1.mp4": "a/1.mp4",
    "1.mp4": ": it was not found",
  });
});

test("linked folders are followed, a circle of them is not", async () => {
  const [folder, elsewhere] = [tree("near/1.mp4"), tree("deep/2.mp4", "3.mp4")];
  symlinkSync(elsewhere, path.join(folder, "linked"));
  symlinkSync(folder, path.join(elsewhere, "back"));
  symlinkSync(path.join(elsewhere, "3.mp4"), path.join(folder, "4.mp4"));
  symlinkSync("nowhere", path.join(folder, "5.mp4"));
  symlinkSync(path.join(folder, "near", "1.mp4"), path.join(folder, "1.mp4"));
  expect(await placesIn(folder, ["1.mp4", "2.mp4", "linked/3.mp4", "4.mp4", "5.mp4"])).toEqual({
    "1.mp4": "near/1.mp4",
    "2.mp4": "linked/deep/2.mp4",
    "linked/3.mp4": "linked/3.mp4",
    "4.mp4": "4.mp4",
    "5.mp4": ": it was not found",
  });
});

test("another composition of letters and another case are a hint, not a match", async () => {
  const folder = tree("Walk/Tür.MP4".normalize("NFD"));
  const there = Object.values(await placesIn(folder, ["Tür.MP4".normalize("NFD")]))[0]!;
  const hint = `: it was not found; there is '${there}', in other letter case or composition`;
  const names = ["Walk/Tür.MP4".normalize("NFC"), "walk/tür.mp4"];
  expect(await placesIn(folder, ["tür.mp4"])).toEqual({ "tür.mp4": hint });
  for (const under of [true, false]) {
    const places = await placesIn(folder, names, under);
    // On a disk that takes both for the same there is nothing to hint at.
    for (const place of Object.values(places)) expect([hint, ...names]).toContain(place);
  }
});

test("many videos that cannot be used are told in a moment", () => {
  const names = Array.from({ length: 40_000 }, (_, number) => `video-${number}.mp4`);
  const rows = names.map((video, number) => ({ id: `q${number}`, video }) as Having<"video">);
  const reasons = new Map(names.slice(1).map((video) => [video, "it is not there"]));
  const spent = cpuTime();
  const left = leaveOut(rows, reasons, true);
  expect(spent()).toBeLessThan(2_000);
  expect(left).toHaveLength(39_999);
  expect(left[0]).toEqual({ video: "video-1.mp4", reason: "it is not there", ids: ["q1"] });
});
