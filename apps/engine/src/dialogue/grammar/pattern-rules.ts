/**
 * Strings that regular expressions match, as a grammar. The expressions become one deterministic
 * automaton, and its states rules: at each token there is one way to go on, however an expression is
 * written. (Translated part by part, one that matches a text in many ways keeps a sampler busy for
 * minutes.) No I/O.
 */
import { DFA } from 'refa';
import { spelledInJson, type CodePoints } from './code-points.pure.js';
import { SchemaRefusal, type GrammarRules } from './grammar-rules.pure.js';
import { automatonOf, MAX_STATES, type StringConstraints } from './string-automaton.js';

/** Of all strings of a schema together. */
const MAX_ALL_STATES = 2000;

type State = DFA.ReadonlyNode;

export class PatternRules {
  private states = 0;
  /** Rules by what was asked for. */
  private readonly known = new Map<string, string>();

  constructor(private readonly rules: GrammarRules) {}

  /** The name of the rule for a JSON string, quotes included. */
  rule(constraints: StringConstraints, at: string): string {
    const key = JSON.stringify(constraints);
    const name = this.known.get(key) ?? this.ruleOf(constraints, at);
    this.known.set(key, name);
    return name;
  }

  private ruleOf(constraints: StringConstraints, at: string): string {
    const automaton = automatonOf(constraints);
    if (typeof automaton === 'string') throw new SchemaRefusal(at, automaton);
    const ways = waysToAnEnd(automaton);
    this.states += ways.size;
    if (this.states > MAX_ALL_STATES) {
      const most = `${MAX_STATES} states here, and ${MAX_ALL_STATES} in a whole schema`;
      throw new SchemaRefusal(at, `the patterns are too large: at most ${most}`);
    }
    const names = new Map([...ways.keys()].map((state) => [state, this.rules.reserve()]));
    const initial = names.get(automaton.initial);
    if (initial === undefined) throw new SchemaRefusal(at, 'no text is allowed here');
    for (const [state, name] of names) {
      const steps = [...(ways.get(state) ?? [])].map(
        ([next, spelling]) => `${this.rules.add(spelling)} ${names.get(next) ?? ''}`,
      );
      if (automaton.finals.has(state as DFA.Node)) steps.push(QUOTE);
      this.rules.define(name, steps.join(' | '));
    }
    return this.rules.add(`${QUOTE} ${initial}`);
  }
}

const QUOTE = String.raw`"\""`;

/** The states from which an end can be reached: by next state, the characters that lead there. */
function waysToAnEnd({ initial, finals }: DFA): Map<State, Map<State, string>> {
  const all = new Map<State, Map<State, string>>();
  const open: State[] = [initial];
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    if (all.has(state)) continue;
    const ways = waysFrom(state);
    all.set(state, ways);
    open.push(...ways.keys());
  }
  const ending = new Set<State>([...finals].filter((state) => all.has(state)));
  for (let before = -1; before !== ending.size;) {
    before = ending.size;
    for (const [state, ways] of all) {
      if ([...ways.keys()].some((next) => ending.has(next))) ending.add(state);
    }
  }
  const isOnTheWay = ([state]: readonly [State, unknown]): boolean => ending.has(state);
  return new Map(
    [...all]
      .filter(isOnTheWay)
      .map(([state, ways]) => [state, new Map([...ways].filter(isOnTheWay))]),
  );
}

/** By next state, the expression for one of the characters that lead there and can be written. */
function waysFrom({ out }: State): Map<State, string> {
  const sets = new Map<State, [number, number][]>();
  for (const [{ min, max }, next] of out) {
    const set = sets.get(next) ?? [];
    set.push([min, max]);
    sets.set(next, set);
  }
  const spelled = ([next, set]: [State, CodePoints]): [State, string][] => {
    const spelling = spelledInJson(set);
    return spelling === null ? [] : [[next, spelling]];
  };
  return new Map([...sets].flatMap(spelled));
}
