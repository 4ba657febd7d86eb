/**
 * Owns the way from a fresh clone to a running command: the right Node, the dependencies, a browser for the tests.
 * Plain JavaScript without dependencies, since it runs before anything is installed, on any Node from 20 on.
 *
 *   node tools/bootstrap.mjs                        prepares everything and stops
 *   node tools/bootstrap.mjs [--browser] CMD ARGS   prepares what is missing and runs the command
 *
 * It speaks on standard error only, and only when there is something to do: standard output belongs to the command.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { withLock } from "./clone-lock.mjs";

/**
 * The oldest Node the project is worked on with. The published package runs from 24.0 on (`engines`), but there
 * `node:sqlite` warns that it is experimental (until 24.15), TypeScript too (until 24.3), and `import.meta.main` is
 * missing (until 24.2).
 */
const oldestNode = { major: 24, minor: 15 };

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const nodeFolder = join(root, "tools", "node");
const verdictFile = join(root, "node_modules", ".cache", "windlass", "browser.json");

/** A failure that is told in one sentence, without a stack. */
class Refusal extends Error {}

const lock = { root, name: "bootstrap", wait: () => say("waiting for another bootstrap of this clone …") };

let child = null;
let stoppedBy = null;
let lastSignalAt = 0;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => forward(signal));

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (stoppedBy === null) say(error instanceof Refusal ? error.message : (error?.stack ?? String(error)));
  process.exitCode = stoppedBy === null ? 1 : 128 + constants.signals[stoppedBy];
}

async function main(args) {
  const withBrowser = args[0] === "--browser";
  const [command, ...rest] = withBrowser ? args.slice(1) : args;
  const env = { ...process.env };
  await prepareNode(env);
  await install(root, env, "installing the dependencies (npm ci)");
  if (withBrowser || command === undefined) env.WINDLASS_CHROMIUM = await prepareBrowser(env);
  if (command === undefined) return 0;
  prependPath(env, join(root, "node_modules", ".bin"));
  prependPath(env, env.WINDLASS_NODE_BIN);
  return runCommand(command, rest, env);
}

/** Puts a Node that is new enough first in PATH: the one that runs this, or the pinned one of `tools/node`. */
async function prepareNode(env) {
  if (isNewEnough(process.versions.node)) {
    env.WINDLASS_NODE_BIN = dirname(process.execPath);
  } else {
    await install(
      nodeFolder,
      env,
      `Node ${process.versions.node} is too old here: installing a newer one into tools/node`,
    );
    env.WINDLASS_NODE_BIN = join(nodeFolder, "node_modules", ".bin");
    if (!existsSync(join(env.WINDLASS_NODE_BIN, "node"))) {
      throw new Refusal(
        `There is no Node package for ${process.platform} on ${process.arch}: install Node ${oldestNode.major}.${oldestNode.minor} or newer, then run this again.`,
      );
    }
  }
  prependPath(env, env.WINDLASS_NODE_BIN);
}

function isNewEnough(version) {
  const [major, minor] = version.split(".").map(Number);
  return major > oldestNode.major || (major === oldestNode.major && minor >= oldestNode.minor);
}

/** Runs `npm ci` in a folder unless what its lockfile asks for is there. */
async function install(folder, env, sentence) {
  if (isInstalled(folder)) return;
  await withLock(lock, async () => {
    if (isInstalled(folder)) return;
    say(`${sentence} …`);
    const { code, output } = await run("npm", ["ci", "--include=dev", "--include=optional"], {
      cwd: folder,
      env: npmEnvironment(env),
    });
    if (code !== 0) throw new Refusal(`npm ci failed in ${folder}.\n${output.trim()}`);
    writeFileSync(stampFile(folder), lockfileHash(folder));
  });
}

function isInstalled(folder) {
  const hash = lockfileHash(folder);
  if (readText(stampFile(folder)) === hash) return true;
  if (!isInstalledByHand(folder)) return false;
  writeFileSync(stampFile(folder), hash);
  return true;
}

/** Whether somebody ran npm themselves: npm leaves a list of what it installed, written when it has finished. */
function isInstalledByHand(folder) {
  const present = readText(join(folder, "node_modules", ".package-lock.json"));
  if (present === null) return false;
  const { "": _self, ...wanted } = JSON.parse(readText(join(folder, "package-lock.json"))).packages;
  const installed = JSON.parse(present).packages;
  return Object.entries(wanted).every(([place, { optional, integrity }]) =>
    installed[place] === undefined ? optional === true : installed[place].integrity === integrity,
  );
}

function stampFile(folder) {
  return join(folder, "node_modules", ".windlass-stamp");
}

function lockfileHash(folder) {
  return createHash("sha256")
    .update(readFileSync(join(folder, "package-lock.json")))
    .digest("hex");
}

/**
 * What an outer npm tells its scripts (`npm_config_prefix`, `npm_config_dry_run`, `npm_config_json` …) would bend
 * an inner one. Only what describes the way to the registry is handed on.
 */
function npmEnvironment(env) {
  const kept =
    /^npm_config_(@.*:)?(registry|\/\/.*|_auth.*|.*proxy|ca|cafile|cert|key|strict_ssl|cache|userconfig|globalconfig|fetch_.*|offline|prefer_offline)$/i;
  const clean = Object.entries(env).filter(([name]) => !/^npm_/i.test(name) || kept.test(name));
  return { ...Object.fromEntries(clean), npm_config_loglevel: "error", npm_config_progress: "false" };
}

/** The path of a Chromium that starts; looked for once and remembered until that file changes. */
async function prepareBrowser(env) {
  const known = knownBrowser(env);
  if (known !== null) return known;
  return withLock(lock, async () => {
    const foundMeanwhile = knownBrowser(env);
    if (foundMeanwhile !== null) return foundMeanwhile;
    const { code, output } = await run("node", [join(root, "tools", "browser.ts"), verdictFile], {
      cwd: root,
      env,
      relay: true,
    });
    const found = code === 0 ? knownBrowser(env) : null;
    if (found === null) throw new Refusal(output.trim() || "No browser was found.");
    return found;
  });
}

function knownBrowser(env) {
  const verdict = JSON.parse(readText(verdictFile) ?? "null");
  if (verdict === null || verdict.wish !== (env.CHROMIUM_PATH ?? "")) return null;
  const file = statSync(verdict.path, { throwIfNoEntry: false });
  return file !== undefined && file.mtimeMs === verdict.modified ? verdict.path : null;
}

/** Runs a helper and collects what it says; with `relay`, its lines of progress (marked by a tab) are passed on at once. */
function run(command, args, { cwd, env, relay = false }) {
  return new Promise((resolve, reject) => {
    let output = "";
    child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    const collect = (chunk) => {
      const text = String(chunk);
      if (relay && text.startsWith("\t")) say(text.trim());
      else output += text;
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.once("error", (error) => reject(new Refusal(`${command} could not be started: ${error.message}`)));
    child.once("close", (code) => {
      child = null;
      if (stoppedBy === null) resolve({ code, output });
      else reject(new Refusal(`stopped by ${stoppedBy}`));
    });
  });
}

/** Runs the command in our place: its streams are ours, and its exit code becomes ours. */
function runCommand(command, args, env) {
  const { WINDLASS_NODE_BIN: _ours, ...rest } = env;
  return new Promise((resolve) => {
    child = spawn(command, args, { env: rest, stdio: "inherit" });
    child.once("error", (error) => {
      say(`${command} could not be started: ${error.message}`);
      resolve(127);
    });
    child.once("exit", (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}

/** Hands a signal on to whatever runs. A terminal and npm may both send the same one: that counts once. */
function forward(signal) {
  const repeated = stoppedBy === signal && performance.now() - lastSignalAt < 500;
  stoppedBy = signal;
  lastSignalAt = performance.now();
  if (repeated) return;
  if (child === null) process.exit(128 + constants.signals[signal]);
  child.kill(signal);
}

function prependPath(env, folder) {
  env.PATH = [folder, ...(env.PATH ?? "").split(delimiter).filter((entry) => entry !== folder)].join(
    delimiter,
  );
}

function readText(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

function say(sentence) {
  process.stderr.write(`windlass: ${sentence}\n`);
}
