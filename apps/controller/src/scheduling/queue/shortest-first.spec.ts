import { shortestFirst } from './shortest-first.pure.js';

const waiting = (prefillMs: number, submittedAtMs: number) => ({ prefillMs, submittedAtMs });
type Waiting = ReturnType<typeof waiting>;
const prefillMsOf = ({ prefillMs }: Waiting): number => prefillMs;

describe("a tenant's turn", () => {
  it('serves the shortest prompt', () => {
    const short = waiting(10, 100);
    expect(shortestFirst([waiting(1_000, 0), short, waiting(20, 50)], prefillMsOf, 100)).toBe(
      short,
    );
  });

  it('serves who came first among equals', () => {
    const first = waiting(10, 0);
    expect(shortestFirst([first, waiting(10, 0)], prefillMsOf, 100)).toBe(first);
  });

  it('serves a long prompt that has waited for long before short ones that have not', () => {
    const long = waiting(1_000, 0);
    expect(shortestFirst([long, waiting(10, 20_000)], prefillMsOf, 20_000)).toBe(long);
  });
});
