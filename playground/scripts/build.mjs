// Builds the page: playground/dist. The npm package has to be built before.

import { copyFile, mkdir, rm } from "node:fs/promises";
import { build } from "esbuild";

await rm("dist", { recursive: true, force: true });
await mkdir("dist");
await build({
  entryPoints: ["src/main.ts", "src/main.css"],
  outdir: "dist",
  bundle: true,
  minify: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  legalComments: "linked",
  logLevel: "warning",
});
const made = "policy/dist/wasm";
await copyFile("index.html", "dist/index.html");
await copyFile(`${made}/ringfence_bg.wasm`, "dist/ringfence.wasm");
await copyFile(`${made}/rules.json`, "dist/rules.json");
await copyFile(`${made}/settings.schema.json`, "dist/settings.schema.json");
