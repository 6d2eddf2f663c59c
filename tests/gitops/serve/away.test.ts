import { expect, test } from "vitest";
import { reprise } from "../../support/cli.ts";
import { Lab, noop, policy, recipe } from "../../support/gitops.ts";
import { serve } from "../../support/serve.ts";

interface Posted {
  sha: string;
  context: string;
  state: string;
  description: string;
}

/** A forge that can be away: it keeps statuses, and has no pull requests. */
async function forgeThatGoes() {
  const forge = { away: true, posted: [] as Posted[], url: "" };
  const { url } = await serve((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    request.on("end", () => {
      const [place = ""] = request.url!.split("?");
      const sha = /[0-9a-f]{40}/.exec(place)?.[0] ?? "";
      const answer = (status: number, body: unknown): void => {
        response.writeHead(status, { "content-type": "application/json" });
        response.end(JSON.stringify(body));
      };
      if (forge.away) return answer(503, { message: "maintenance" });
      if (request.method === "POST") {
        forge.posted.push({ sha, ...(JSON.parse(text) as Omit<Posted, "sha">) });
        return answer(201, {});
      }
      if (place.endsWith("/status")) {
        const statuses = forge.posted.filter((one) => one.sha === sha).toReversed();
        return answer(200, { statuses });
      }
      return answer(200, place === "/user" ? { id: 1, login: "bot" } : []);
    });
  });
  forge.url = url;
  return forge;
}

test(
  "while the forge is away pushes are planned, approved and run; their statuses are sent when it is back",
  {
    timeout: 240_000,
  },
  async () => {
    const forge = await forgeThatGoes();
    const lab = await Lab.make({
      ...{ forge: "github", api: forge.url, project: "lab/papers", token: { env: "FORGE_TOKEN" } },
    });
    void lab.serve([], { FORGE_TOKEN: "t" });
    const standing = async (sha: string): Promise<string | undefined> => {
      const { code, stdout } = await reprise(lab.folder, ["gitops", "status", sha, "--json"]);
      return code === 0 ? (JSON.parse(stdout) as { state: string }).state : undefined;
    };
    const becomes = (sha: string, state: string) =>
      expect.poll(() => standing(sha), { timeout: 60_000, interval: 500 }).toBe(state);
    const asked = { run: { push: "after-approval" } };
    const first = await lab.repository.commit({
      ".reprise/gitops.yaml": policy(asked),
      "recipes/a.yaml": recipe("a", { one: noop(1) }),
    });
    await becomes(first, "waiting-for-approval");
    const second = await lab.repository.commit({ "recipes/a.yaml": recipe("a", { one: noop(2) }) });
    await becomes(second, "waiting-for-approval");
    await lab.ask("approve", second);
    await expect.poll(() => lab.runs.length, { timeout: 60_000, interval: 200 }).toBe(1);
    // Its workflow waits for the forge with what it showed last, and knows the verdict all the same.
    expect(forge.posted).toEqual([]);
    const { repositories } = await lab.ask<{ repositories: { troubles: object }[] }>("status");
    expect(JSON.stringify(repositories[0]!.troubles)).toContain("maintenance");

    forge.away = false;
    const shown = (sha: string) =>
      forge.posted.findLast((one) => one.sha === sha && one.context === "reprise");
    await expect.poll(() => shown(second)?.state, { timeout: 120_000, interval: 500 }).toBe("success");
    await expect.poll(() => shown(first)?.state, { timeout: 120_000, interval: 500 }).toBe("error");
    await becomes(first, "superseded");
    expect(lab.runs.length).toBe(1);
  },
);
