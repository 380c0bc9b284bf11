// The checks of verify.py in a browser, on a file that its owner has chosen. Nothing is fetched and
// nothing is sent: this worker gets bytes and answers with one message per check. Written from the
// formats in docs/counting.md, like verify.py; what it cannot check it calls SKIPPED.

import { hex, Skipped } from "./plebiscite-verify/bytes.js";
import { CHECKS, NEEDS } from "./plebiscite-verify/checks.js";
import { unzip, Vote } from "./plebiscite-verify/reading.js";

onmessage = async ({ data }) => {
  const bad = new Set();
  try {
    const vote = new Vote(unzip(new Uint8Array(data)));
    vote.load();
    for (const [name, check] of Object.entries(CHECKS)) {
      postMessage({ begun: name });
      const missing = (NEEDS[name] ?? []).find((one) => bad.has(one));
      if (missing) {
        bad.add(name);
        postMessage({ name, outcome: "skipped", detail: missing });
        continue;
      }
      try {
        postMessage({ name, outcome: "ok", detail: await check(vote) });
      } catch (error) {
        if (error instanceof Skipped) postMessage({ name, outcome: "skipped", detail: error.message });
        else {
          bad.add(name);
          postMessage({ name, outcome: "failed", detail: error.message });
        }
      }
    }
    postMessage({ done: true, isGood: bad.size === 0, manifest: hex(vote.hash), isRehearsal: vote.manifest.rehearsal === true });
  } catch {
    postMessage({ done: true, isBundle: false, isGood: false });
  }
};
