// wait-ready.mjs URL PID: ends with 0 as soon as URL answers 200, with 1 when process PID is gone or
// after a minute. In Node because a fresh Debian has no curl.
const [url, pid] = process.argv.slice(2);
// Only whether it is up is asked here; a test certificate is no reason to doubt that.
process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
process.removeAllListeners("warning");

const deadline = Date.now() + 60_000;
while (Date.now() < deadline) {
  try {
    process.kill(Number(pid), 0);
  } catch {
    console.error(`process ${pid} ended before ${url} answered`);
    process.exit(1);
  }
  const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
  if (answer?.status === 200) process.exit(0);
  await new Promise((resolve) => setTimeout(resolve, 50));
}
console.error(`${url} did not answer 200 within a minute`);
process.exit(1);
