import { execa } from "execa";
import { expect, test } from "vitest";
import { PYTHON_ENVIRONMENT, requireTool } from "../../host/toolchain.ts";

test("a Python program finds the trainers, and keeps what it compiled even where the environment forbids it", async () => {
  const program = "import reprise_trainer, sys; print(sys.dont_write_bytecode)";
  const { stdout } = await execa(requireTool("python"), ["-c", program], {
    env: Object.assign({ PYTHONDONTWRITEBYTECODE: "1" }, PYTHON_ENVIRONMENT),
  });
  expect(stdout).toBe("False");
});
