// `make pages-report`: node runs no TypeScript, so Vite, which builds the pages, reads the program.
import { runnerImport } from "vite";

const { module } = await runnerImport(new URL("./report.ts", import.meta.url).pathname, { configFile: false });
const say = (line) => process.stdout.write(`${line}\n`);

const minutes = Number(process.env.MINUTES ?? 10);
const report = await module.measure(minutes, say);
const beyond = module.beyondBounds(report);
for (const line of beyond) {
  process.stderr.write(`${line}\n`);
}
say(JSON.stringify(report));
process.exitCode = beyond.length > 0 ? 1 : 0;
