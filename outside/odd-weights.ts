import { execa } from "execa";
import { programEnvironment } from "../programs/program-environment.ts";
import { StepFailure } from "../core/step-failure.ts";
import { PYTHON_ENVIRONMENT, requireTool } from "../host/toolchain.ts";

const NOT_FINITE = 2;

/**
 * A model or adapter with a number that is not finite is not published, whoever made it. Our own trainers look at theirs.
 * Throws StepFailure with the tensor's name. The program that looks runs in `where`.
 */
export async function refuseOddWeights(
  output: string,
  folder: string,
  where: { cwd?: string },
): Promise<void> {
  const python = requireTool("python");
  const { exitCode, stdout, stderr } = await execa(python, ["-m", "reprise_trainer.weights", folder], {
    env: { ...programEnvironment(), ...PYTHON_ENVIRONMENT },
    extendEnv: false,
    ...where,
    stdin: "ignore",
    reject: false,
  });
  if (exitCode === 0) return;
  if (exitCode === NOT_FINITE) throw new StepFailure("nan", `The output '${output}': ${stdout.trim()}`);
  throw new StepFailure(
    "exit",
    `The weights of the output '${output}' cannot be read: ${stderr.trim().split("\n").at(-1)}`,
  );
}
