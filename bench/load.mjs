/**
 * A closed-loop HTTP load: so many connections, each sending its next request when the answer to
 * the last is complete. Latencies are taken per request with the monotonic clock; the histogram
 * tools at hand round to whole milliseconds, which is more than what is to be measured here.
 */
import http from 'node:http';

/**
 * @param {{ url: string, headers?: Record<string, string>, body: string, connections: number,
 *   requests: number, warmUp?: number }} load `requests` are counted after `warmUp` more
 * @returns {Promise<{ p50Ms: number, p99Ms: number, perSecond: number, failed: number }>}
 */
export async function runLoad({ url, headers = {}, body, connections, requests, warmUp = 200 }) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  const target = new URL(url);
  const options = {
    agent,
    method: 'POST',
    host: target.hostname,
    port: target.port,
    path: target.pathname,
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      ...headers,
    },
  };
  await drive(options, body, connections, warmUp);
  const startedAt = performance.now();
  const { latenciesMs, failed } = await drive(options, body, connections, requests);
  const seconds = (performance.now() - startedAt) / 1000;
  agent.destroy();
  latenciesMs.sort((a, b) => a - b);
  return {
    p50Ms: quantile(latenciesMs, 0.5),
    p99Ms: quantile(latenciesMs, 0.99),
    perSecond: requests / seconds,
    failed,
  };
}

async function drive(options, body, connections, requests) {
  const latenciesMs = [];
  let failed = 0;
  let left = requests;
  const connection = async () => {
    while (left > 0) {
      left -= 1;
      const sentAt = performance.now();
      const status = await send(options, body);
      latenciesMs.push(performance.now() - sentAt);
      if (status !== 200) failed += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, connection));
  return { latenciesMs, failed };
}

function send(options, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(options, (answer) => {
      answer.on('data', () => undefined);
      answer.on('end', () => resolve(answer.statusCode));
      answer.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** Nearest rank; `sorted` is ascending. */
export function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
