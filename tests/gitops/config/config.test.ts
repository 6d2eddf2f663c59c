import { describe, expect, test } from "vitest";
import { wrongCron } from "../../../gitops/config/cron.ts";
import { addressOf } from "../../../gitops/config/address.ts";
import { readRepositoryConfig } from "../../../gitops/config/read-repository.ts";
import { serverConfigOf } from "../../../gitops/config/read-server.ts";

const server = (text: string) => serverConfigOf(text, "gitops.yaml", "/srv/lab");
const codes = ({ diagnostics }: ReturnType<typeof server>) =>
  diagnostics.map(({ code, line }) => [code, line]);

describe("the server's file", () => {
  test("every default is written out; paths count from the file", () => {
    const { value, diagnostics } = server("gitops: 1\nrepositories:\n  papers: { url: ../papers.git }\n");
    expect(diagnostics).toEqual([]);
    expect(value).toEqual([
      {
        name: "papers",
        url: "/srv/papers.git",
        forge: "none",
        ...{ api: null, project: null, token: null, app: null, sshKey: null, webhookSecret: null },
        pollSeconds: 60,
        trust: {
          push: ["main", "master"],
          tag: ["*"],
          pullRequest: "members",
          approvers: "write",
          deniedKinds: [],
          data: {},
          secrets: {},
        },
        limits: {
          gpuHoursWithoutApproval: null,
          ...{ running: 1, queued: 20, recipes: 2000, files: 50_000 },
          ...{ checkoutBytes: 500e6, mirrorBytes: 5000e6, fetchSeconds: 600 },
        },
      },
    ]);
  });

  test("all that it may say", () => {
    const { value, diagnostics } = server(`
gitops: 1
x-note: ours
repositories:
  papers:
    url: https://git.example/lab/papers.git
    forge: gitea
    api: https://git.example/api/v1
    project: lab/papers
    token: { env: PAPERS_TOKEN }
    webhook_secret: { env: PAPERS_HOOK }
    poll: 5m
    trust:
      push: [main, "release/*"]
      tag: ["v*"]
      pull_request: nobody
      approvers: admin
      kinds: { deny_for_pull_request: [run/command] }
    secrets: { HF_TOKEN: { recipes: ["recipes/st-*.yaml"], on: [push, schedule] } }
    data: { data/walks: { path: ../walks, on: [push] } }
    limits: { gpu_hours_without_approval: 2, running: 2, queued: 5, recipes: 10, files: 20, checkout_mb: 1, mirror_mb: 2, fetch: 30s }
  keys: { url: "git@git.example:lab/papers.git", ssh_key: keys/papers }
`);
    expect(diagnostics).toEqual([]);
    expect(value![0]).toMatchObject({
      ...{ forge: "gitea", token: { env: "PAPERS_TOKEN" }, pollSeconds: 300 },
      trust: {
        ...{ pullRequest: "nobody", approvers: "admin", deniedKinds: ["run/command"] },
        secrets: { HF_TOKEN: { recipes: ["recipes/st-*.yaml"], on: ["push", "schedule"] } },
        data: { "data/walks": { path: "/srv/walks", recipes: ["**"], on: ["push"], strangers: false } },
      },
      limits: { gpuHoursWithoutApproval: 2, checkoutBytes: 1e6, fetchSeconds: 30 },
    });
    expect(value![1]).toMatchObject({
      url: "git@git.example:lab/papers.git",
      sshKey: "/srv/lab/keys/papers",
    });
  });

  test.each(["/walks", "../walks", "a/../b", "./a", "a//b", "a/"])("no recipe names data as %j", (name) => {
    const text = `gitops: 1\nrepositories:\n  papers: { url: a.git, data: { "${name}": { path: /srv/a } } }\n`;
    expect(codes(server(text))).toHaveLength(1);
  });

  test("several mistakes at once, each at its place with what was meant", () => {
    const found = server(`gitops: 1
repositories:
  papers:
    url: ../papers.git
    forge: gitthub
    pol: 60s
    limits: { running: 0 }
    trust: { approvers: reader }
`);
    expect(codes(found)).toEqual([
      ["R0104", 5],
      ["R0101", 6],
      ["R0104", 7],
      ["R0104", 8],
    ]);
    expect(found.diagnostics.map(({ suggestion }) => suggestion)).toEqual([
      "github",
      "poll",
      undefined,
      undefined,
    ]);
    expect(found.value).toBe(null);
  });

  test.each([
    ["", "Start with 'gitops: 1' and 'repositories:'"],
    ["- a", "A server's file is a mapping"],
    ["gitops: 1", "The file needs the key 'repositories'"],
    ["gitops: 2\nrepositories: { a: { url: a } }", "must be 1"],
    ["gitops: 1\nrepositories: { A B: { url: a } }", "does not have the right form"],
  ])("%j is told in words of its own", (text, words) => {
    const found = server(text);
    expect(found.diagnostics.map(({ message }) => message).join("\n")).toContain(words);
    expect(JSON.stringify(found.diagnostics)).not.toContain("recipe");
  });
});

test.each([
  ["https://git.example/lab/papers.git", "https"],
  ["ssh://git@git.example:2222/lab/papers.git", "ssh"],
  ["git@git.example:lab/papers.git", "ssh"],
  ["git.example:lab/papers.git", "ssh"],
  ["http://127.0.0.1:3000/papers.git", "http"],
  ["git://localhost/papers.git", "git"],
  ["/srv/papers.git", "file"],
  ["papers.git", "file"],
  ["./a:b", "file"],
])("the address %s is by %s", (url, protocol) => {
  expect(addressOf(url, false)).toEqual({ protocol });
});

test.each([
  ["https://token@git.example/papers.git"],
  ["https://a:b@git.example/papers.git"],
  ["http://git.example/papers.git"],
  ["git://git.example/papers.git"],
  ["http://127.0.0.1.evil.example/papers.git"],
  ["ssh://a:b@git.example/papers.git"],
  ["ext::id"],
  ["-oProxyCommand=id"],
  ["file:///srv/papers.git"],
  ["ftp://git.example/papers.git"],
  ["https://git.example/a b"],
  ["https://"],
])("the address %s is refused, without its password", (url) => {
  const found = addressOf(url, false);
  expect(found).toEqual({ wrong: expect.stringMatching(/\.$/) });
  expect(JSON.stringify(found)).not.toMatch(/a:b|token@/);
});

describe("the repository's file", () => {
  const read = (text: string) => readRepositoryConfig(text);

  test("every default is written out", () => {
    const { value } = read(
      'gitops: 1\npipelines: { all: { recipes: ["*.yaml"], on: { push: {}, schedule: { cron: "0 3 * * *" } } } }',
    );
    expect(value!.pipelines).toEqual([
      {
        name: "all",
        recipes: ["*.yaml"],
        on: {
          push: { branches: null, paths: [] },
          pullRequest: null,
          tag: null,
          schedule: { cron: "0 3 * * *", timezone: "UTC", branch: null },
        },
        profile: { push: null, pull_request: null, tag: null, schedule: null, manual: null },
        run: {
          push: "always",
          pull_request: "after-approval",
          tag: "always",
          schedule: "always",
          manual: "always",
        },
        supersede: {
          ...{ push: "cancel-pending", pull_request: "cancel-running", tag: "queue" },
          ...{ schedule: "cancel-pending", manual: "queue" },
        },
        gate: { claims: "required", conformance: "reported" },
      },
    ]);
  });

  test("its digest is that of its text", () => {
    const [one, two] = ["", "\n# other"].map((more) =>
      read(`gitops: 1\npipelines: { all: { recipes: ["*"], on: { push: {} } } }${more}`),
    );
    expect(one!.value!.digest).not.toBe(two!.value!.digest);
  });

  test("a pipeline without events, an unknown event, a list that is none", () => {
    const { diagnostics } = read(
      "gitops: 1\npipelines:\n  a: { recipes: x, on: {} }\n  b: { recipes: [x], on: { pushes: {} } }\n",
    );
    expect(diagnostics.map(({ code, line }) => [code, line])).toEqual([
      ["R0103", 3],
      ["R0104", 3],
      ["R0101", 4],
    ]);
  });
});

test.each(["0 3 * * *", "*/15 0-6,12 1 jan-mar mon", "59 23 31 12 6", "0 0 1-15/2 * sun"])(
  "%s is a schedule",
  (cron) => {
    expect(wrongCron(cron)).toBe(null);
  },
);

test.each([
  "",
  "0 3 * *",
  "60 * * * *",
  "* 24 * * *",
  "* * 0 * *",
  "* * * 13 *",
  "* * * * 7",
  "*/0 * * * *",
  "5-1 * * * *",
  "a * * * *",
  "1-2-3 * * * *",
  "* * * * mon-",
])("'%s' is none", (cron) => {
  expect(wrongCron(cron)).toMatch(/\.$/);
});
