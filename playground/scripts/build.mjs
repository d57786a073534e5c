// Builds the page: playground/dist. The npm package has to be built before.

import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { build } from "esbuild";

await rm("dist", { recursive: true, force: true });
await mkdir("dist");
const { metafile } = await build({
  entryPoints: ["src/main.ts", "src/main.css"],
  outdir: "dist",
  bundle: true,
  minify: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  metafile: true,
  logLevel: "warning",
});
const made = "policy/dist/wasm";
await copyFile("index.html", "dist/index.html");
await copyFile(`${made}/ringfence_bg.wasm`, "dist/ringfence.wasm");
await copyFile(`${made}/rules.json`, "dist/rules.json");
await copyFile(`${made}/settings.schema.json`, "dist/settings.schema.json");
await writeFile("dist/LICENSES.txt", await licenses(Object.keys(metafile.inputs)));

/** The licences of the packages that are part of the page. */
async function licenses(inputs) {
  const folders = new Set(inputs.flatMap((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input) ?? []));
  const texts = [];
  for (const folder of [...folders].sort()) {
    const { name, version } = JSON.parse(await readFile(`${folder}/package.json`, "utf8"));
    const file = (await readdir(folder)).find((file) => /^licen[cs]e/i.test(file));
    if (file === undefined) throw new Error(`${name} comes without its licence`);
    texts.push(`${name} ${version}\n\n${(await readFile(`${folder}/${file}`, "utf8")).trim()}\n`);
  }
  return texts.join(`\n${"-".repeat(80)}\n\n`);
}
