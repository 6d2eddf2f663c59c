import { existsSync } from "node:fs";
import path from "node:path";
import { glob } from "tinyglobby";
import { POLICY_FILE, readRepositoryConfig } from "../../../gitops/config/read-repository.ts";
import { serverConfigOf } from "../../../gitops/config/read-server.ts";
import { reader } from "../../../runs/recipe/read-text.ts";
import { counted } from "../../../schemas/counted.ts";
import type { Diagnostic } from "../../../schemas/diagnostic.ts";
import type { RepositoryPolicy, ServedRepository } from "../../../schemas/gitops-policy.ts";
import { EXIT, UserError } from "../../errors.ts";
import { countOf, printAll } from "../../findings.ts";
import { SERVER_FILE, type ServerFileOption } from "../../gitops/server-file.ts";
import { say, sayJson } from "../../output.ts";

interface CheckOptions extends ServerFileOption {
  json?: boolean;
}

/** What is said of one file. */
interface Checked {
  file: string;
  what: "server" | "repository";
  diagnostics: Diagnostic[];
  texts: ReadonlyMap<string, string>;
  /** Sentences on what this machine and folder have of it. */
  notes: string[];
}

/** Checks the files of GitOps: those that are named, or the server's and the repository's that stand here. Nothing is started. */
export async function check(files: string[], { json = false, config }: CheckOptions): Promise<number> {
  const named = [...(config === undefined ? [] : [config]), ...files];
  const here = [SERVER_FILE, POLICY_FILE].filter((file) => existsSync(file));
  const wanted = named.length > 0 ? named : here;
  if (wanted.length === 0)
    throw new UserError(
      EXIT.invalid,
      `There is neither '${SERVER_FILE}' (the server's) nor '${POLICY_FILE}' (the repository's) here. Name a file.`,
    );
  const checked: Checked[] = [];
  for (const file of wanted) checked.push(await checkFile(file));
  const diagnostics = checked.flatMap((one) => one.diagnostics);
  if (json)
    sayJson({
      valid: diagnostics.length === 0,
      files: checked.map(({ texts: _, ...one }) => one),
      diagnostics,
    });
  else for (const one of checked) show(one);
  if (diagnostics.length > 0 && !json) say(countOf(diagnostics));
  return diagnostics.length > 0 ? EXIT.invalid : EXIT.done;
}

function show({ file, diagnostics, texts, notes }: Checked): void {
  if (diagnostics.length > 0) say(printAll(diagnostics, texts));
  else say(`${file}: valid, ${notes.join("\n  ")}`);
}

async function checkFile(file: string): Promise<Checked> {
  const text = textOf(file);
  // Only one of them has pipelines; where a text has neither, its name says what it is to be.
  const ofRepository =
    /^["']?pipelines["']?\s*:/m.test(text) || path.basename(path.dirname(file)) === ".reprise";
  if (ofRepository) {
    const { value, ...found } = readRepositoryConfig(text, file);
    return {
      file,
      what: "repository",
      ...found,
      notes: value === null ? [] : await aboutRepository(value, file),
    };
  }
  const { value, ...found } = serverConfigOf(text, file, path.dirname(path.resolve(file)));
  return { file, what: "server", ...found, notes: value === null ? [] : aboutServer(value) };
}

function textOf(file: string): string {
  try {
    return reader(process.cwd(), null)(file);
  } catch (error) {
    throw new UserError(EXIT.invalid, (error as Error).message);
  }
}

function aboutServer(repositories: readonly ServedRepository[]): string[] {
  const unset = repositories.flatMap(({ name, token, app, webhookSecret, trust }) =>
    [token?.env, app?.private_key.env, webhookSecret?.env, ...Object.keys(trust.secrets)].flatMap(
      (variable) =>
        variable === undefined || process.env[variable]
          ? []
          : [`The variable ${variable} of '${name}' is not set here.`],
    ),
  );
  const away = repositories.flatMap(({ name, trust }) =>
    Object.values(trust.data).flatMap(({ path: place }) =>
      existsSync(place) ? [] : [`The data of '${name}' at ${place} is not here.`],
    ),
  );
  const all = repositories.length === 1 ? "1 repository" : `${repositories.length} repositories`;
  return [all, ...new Set(unset), ...away];
}

/** How many files of the folder that the file is about its patterns fit. */
async function aboutRepository({ pipelines }: RepositoryPolicy, file: string): Promise<string[]> {
  const cwd = path.resolve(path.dirname(file), "..");
  const notes: string[] = [];
  const recipes = new Set<string>();
  for (const { name, recipes: patterns } of pipelines)
    for (const pattern of patterns) {
      const found = await glob(pattern, { cwd, expandDirectories: false, followSymbolicLinks: false });
      for (const one of found) recipes.add(one);
      if (found.length === 0) notes.push(`No file here fits '${pattern}' of '${name}'.`);
    }
  return [`${counted(pipelines.length, "pipeline")}, ${counted(recipes.size, "recipe")}`, ...notes];
}
