/**
 * The documents of YAML files, and where in the files each of their fields is. What does not fit
 * the schema is found here, all of it at once, with file and line.
 */
import { deploymentsDocumentSchema } from '@corral/contracts/http';
import { isNode, LineCounter, parseAllDocuments, type Document } from 'yaml';
import type { z } from 'zod';
import { CliError, EXIT } from '../cli-error.js';

export interface SourceFile {
  /** As the person wrote it. */
  name: string;
  text: string;
}

export interface ReadDocuments {
  /** In the order of the files. */
  documents: z.input<typeof deploymentsDocumentSchema>[];
  /** Puts the place of a field (`documents[0].deployments[2].model`) before what is wrong with it. */
  located: (param: string, message: string) => string;
}

interface Source {
  file: string;
  document: Document;
  lines: LineCounter;
}

type Path = (string | number)[];

/** Throws {@link CliError} `usage`, with a line for each fault. */
export function readDocuments(files: readonly SourceFile[]): ReadDocuments {
  const sources = files.flatMap(sourcesOf);
  const faults: string[] = [];
  const documents = sources.map((source) => {
    const value = valueOf(source);
    const parsed = deploymentsDocumentSchema.safeParse(value);
    if (!parsed.success) faults.push(...parsed.error.issues.flatMap((one) => told(source, one)));
    // As it was written: the controller fills in what is left out.
    return value as z.input<typeof deploymentsDocumentSchema>;
  });
  if (faults.length > 0) throw new CliError(faults.join('\n'), EXIT.usage);
  if (documents.length === 0) throw new CliError('There is no document to apply.', EXIT.usage);
  return { documents, located: (param, message) => locatedIn(sources, param, message) };
}

/** Throws {@link CliError} for what is no YAML. */
function sourcesOf({ name, text }: SourceFile): Source[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
  // An empty file has no documents; one that begins with `---` has an empty one.
  const sources = documents.map((document): Source => ({ file: name, document, lines }));
  const faults = sources.flatMap(({ document: { errors } }) =>
    errors.map(({ pos, message }) => `${name}:${lines.linePos(pos[0]).line}: ${message}`),
  );
  if (faults.length > 0) throw new CliError(faults.join('\n'), EXIT.usage);
  return sources.filter(({ document }) => document.contents !== null);
}

/** Throws {@link CliError} for aliases that are not there, or that grow beyond measure. */
function valueOf({ document, file }: Source): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CliError(`${file}: ${reason}`, EXIT.usage, undefined, { cause });
  }
}

function told(source: Source, issue: z.core.$ZodIssue): string[] {
  const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
  if (issue.code !== 'unrecognized_keys') return [line(source, path, issue.message)];
  return issue.keys.map((key) => line(source, [...path, key], 'there is no such field'));
}

function locatedIn(sources: readonly Source[], param: string, message: string): string {
  const path = [...param.matchAll(/[^.[\]]+/g)].map(([step]) =>
    /^\d+$/.test(step) ? Number(step) : step,
  );
  const [, at, ...rest] = path;
  const source = sources[Number(at)];
  if (path[0] !== 'documents' || source === undefined) return message;
  const prefix = `${param}: `;
  const bare = message.startsWith(prefix) ? message.slice(prefix.length) : message;
  return line(source, rest, bare);
}

/** `team.yaml:12: deployment 'coder', spec.slots: …` */
function line(source: Source, path: Path, message: string): string {
  const { file, document } = source;
  const [first, index, ...field] = path;
  const name: unknown = document.getIn(['deployments', index, 'name']);
  const isOfDeployment = first === 'deployments' && index !== undefined;
  const called = typeof name === 'string' ? `'${name}'` : `${Number(index) + 1}`;
  const parts = isOfDeployment
    ? [`deployment ${called}`, ...(field.length === 0 ? [] : [field.join('.')])]
    : [path.join('.')];
  return `${file}:${lineOf(source, path)}: ${parts.filter(Boolean).join(', ')}: ${message}`;
}

/** Of the field, or of the nearest thing around it that is there. */
function lineOf({ document, lines }: Source, path: Path): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}
