import { storeHere } from "../../store-here.ts";
import type { Receive } from "../../../gitops/serve/serve.ts";
import { EXIT, UserError } from "../../errors.ts";
import { repositoriesOf, type ServerFileOption } from "../../gitops/server-file.ts";
import { say, sayJson } from "../../output.ts";
import { interruption } from "../../stopping.ts";
import { writable } from "../../writable.ts";

interface ServeOptions extends ServerFileOption {
  json?: boolean;
  listen?: string;
}

/** Follows the repositories of the server's file until it is stopped. */
export async function serve({ json = false, listen, ...options }: ServeOptions): Promise<number> {
  const repositories = repositoriesOf(options);
  const store = await writable(storeHere());
  const { serve: follow } = await import("../../../gitops/serve/serve.ts");
  const stopping = interruption();
  let told = false;
  await follow(store, {
    ...{ repositories, environment: process.env, stop: stopping.signal },
    workerOf: (run) => ({ command: process.execPath, args: [process.argv[1]!, "worker", run, "--detached"] }),
    receive: listen === undefined ? null : receiverAt(listen),
    tell: (happening) => {
      // Before there is a server a signal ends this process at once.
      if (!told) stopping.listen();
      told = true;
      if (json) return void process.stdout.write(`${JSON.stringify(happening)}\n`);
      switch (happening.says) {
        case "following":
          return say(`Following ${happening.repository}.`);
        case "left":
          return say(
            `${happening.repository} is followed no more: its workflows and schedules are ended. Runs at work go on by themselves ('reprise status').`,
          );
        case "listening":
          return say(`Hooks are taken at http://${happening.address}/hooks/<repository>.`);
        case "trouble":
          return say(`${happening.repository}: ${happening.trouble ?? "it answers again."}`);
      }
    },
  }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "EADDRINUSE")
      throw new UserError(
        EXIT.missing,
        `Another program listens at ${listen}. Say '--listen' with another port.`,
      );
    throw error;
  });
  return EXIT.interrupted;
}

/** Listens at `host:port`; loopback where only a port is given. */
function receiverAt(listen: string): Receive {
  const found = /^(?:(?<host>\[[0-9a-fA-F:]+\]|[^:]+):)?(?<port>\d{1,5})$/.exec(listen)?.groups;
  const port = Number(found?.["port"]);
  if (found === undefined || port > 65_535)
    throw new UserError(EXIT.invalid, `--listen: '${listen}' is no address such as 127.0.0.1:8473.`);
  const host = (found["host"] ?? "127.0.0.1").replace(/^\[|\]$/g, "");
  return async (followed, poke) => {
    const { startReceiver } = await import("../../../gitops/receiver/receiver.ts");
    const hooks = [...followed.values()].flatMap(({ served: { name, webhookSecret, forge } }) => {
      const secret = webhookSecret === null ? undefined : process.env[webhookSecret.env];
      if (webhookSecret !== null && !secret)
        throw new UserError(
          EXIT.missing,
          `The variable ${webhookSecret.env} is not set; it holds the secret of '${name}'.`,
        );
      const proof = forge === "gitlab" ? ("token" as const) : ("signature" as const);
      return secret ? [{ repository: name, proof, secret }] : [];
    });
    const receiver = await startReceiver({ host, port, hooks, poke });
    return { address: `${receiver.host}:${receiver.port}`, close: receiver.close };
  };
}

/** Asks for a look at a repository now, whatever its interval. */
export async function sync(
  name: string | undefined,
  { json = false, ...options }: ServeOptions,
): Promise<number> {
  const { repositoryOf } = await import("../../gitops/server-file.ts");
  const { name: repository } = repositoryOf(options, name);
  const store = await writable(storeHere());
  const { poke } = await import("../../../gitops/serve/ask.ts");
  await poke(store, repository);
  if (json) sayJson({ repository, asked: true });
  else say(`${repository} is looked at as soon as 'reprise gitops serve' is there.`);
  return EXIT.done;
}
