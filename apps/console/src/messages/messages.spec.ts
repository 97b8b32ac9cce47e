import { readFileSync } from 'node:fs';
import path from 'node:path';
import { LOCALES, type Locale } from '../lib/locale';

interface Tree {
  [key: string]: string | Tree;
}

function read(locale: Locale): Tree {
  return JSON.parse(readFileSync(path.join(import.meta.dirname, `${locale}.json`), 'utf8')) as Tree;
}

/** `{ 'signIn.title': 'Sign in', … }` */
function flatten(tree: Tree, prefix = ''): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tree).flatMap(([key, value]) =>
      typeof value === 'string'
        ? [[`${prefix}${key}`, value]]
        : Object.entries(flatten(value, `${prefix}${key}.`)),
    ),
  );
}

/** Names of the arguments and tags of a message, sorted: `{age}`, `{count, plural, …}`, `<code>`. */
function placeholdersOf(message: string): string[] {
  const names = [...message.matchAll(/\{(\w+)[,}]|<(\w+)>/g)].map((match) => match[1] ?? match[2]);
  return [...new Set(names.map(String))].sort();
}

const english = flatten(read('en'));
const others = LOCALES.filter((locale) => locale !== 'en');

describe.each(others)('the messages in %s', (locale) => {
  const translated = flatten(read(locale));

  it('are the same set as in English', () => {
    expect(Object.keys(translated).sort()).toEqual(Object.keys(english).sort());
  });

  it('take the same arguments as in English', () => {
    const shape = (messages: Record<string, string>) =>
      Object.fromEntries(
        Object.entries(messages).map(([key, text]) => [key, placeholdersOf(text)]),
      );
    expect(shape(translated)).toEqual(shape(english));
  });

  it('are none of them empty', () => {
    expect(Object.entries(translated).filter(([, text]) => text.trim() === '')).toEqual([]);
  });
});
