import { CliError } from '../cli-error.js';
import { deployment } from '../testing/views.js';
import { readDocuments, type ReadDocuments } from './read-documents.js';
import { deploymentsYaml } from './write-document.js';

const GOOD = `apiVersion: corral/v1
deployments:
  - name: chat
    model: chat.gguf
  - name: coder
    model: coder.gguf
    spec:
      slots: 8
`;
const read = (...texts: string[]): ReadDocuments =>
  readDocuments(texts.map((text, at) => ({ name: `${at}.yaml`, text })));
function faultOf(...texts: string[]): string {
  try {
    read(...texts);
  } catch (error) {
    if (error instanceof CliError) return error.message;
    throw error;
  }
  return '';
}

describe('files of deployments', () => {
  it('are read as they were written, several documents and files after one another', () => {
    const { documents } = read(`${GOOD}---\napiVersion: corral/v1\ndeployments: []\n`, GOOD);
    expect(documents.map(({ deployments }) => deployments.length)).toEqual([2, 0, 2]);
    expect(documents[0]?.deployments[1]).toEqual({
      name: 'coder',
      model: 'coder.gguf',
      spec: { slots: 8 },
    });
  });

  it('may be JSON', () => {
    expect(read('{"apiVersion": "corral/v1", "deployments": []}').documents).toHaveLength(1);
  });

  it('name file, line, deployment and field of everything that is wrong', () => {
    const text = GOOD.replace('slots: 8', 'slots: 0\n      slot: 4').replace('corral/v1', 'v2');
    expect(faultOf(GOOD, text).split('\n')).toEqual([
      expect.stringMatching(/^1\.yaml:1: apiVersion: /),
      expect.stringMatching(/^1\.yaml:8: deployment 'coder', spec\.slots: Too small/),
      "1.yaml:9: deployment 'coder', spec.slot: there is no such field",
    ]);
  });

  it('name the line of what is missing by what it is missing in', () => {
    expect(faultOf(GOOD.replace('name: coder', 'aliases: []'))).toMatch(
      /^0\.yaml:5: deployment 2, name: /,
    );
  });

  it('say where they are no YAML, or no documents', () => {
    expect(faultOf('a: 1\nb: [1, 2\n')).toMatch(/^0\.yaml:\d+: /);
    expect(faultOf('a: *nobody\n')).toContain('0.yaml');
    expect(faultOf('')).toBe('There is no document to apply.');
  });

  it('find the place of what the controller refuses', () => {
    const { located } = read(GOOD, GOOD);
    const param = 'documents[1].deployments[1].model';
    expect(located(param, `${param}: There is no model.`)).toBe(
      "1.yaml:6: deployment 'coder', model: There is no model.",
    );
    expect(located('name', 'Something else.')).toBe('Something else.');
  });

  it('are written so that they read the same', () => {
    const views = [
      deployment({ aliases: ['gpt-4o'], idleTimeoutS: 60, minReplicas: 0, maxReplicas: 4 }),
      deployment({
        name: 'team/chat',
        desiredReplicas: 2,
        nodeId: 'n-1',
        placement: { nodeLabels: { zone: 'a' }, deviceKind: 'cuda', strategy: 'pack' },
      }),
    ];
    const text = deploymentsYaml(views);
    expect(text).toContain(`model: ${'ab'.repeat(32)} # coder.gguf`);
    expect(read(text).documents[0]?.deployments).toMatchObject([
      { name: 'coder', aliases: ['gpt-4o'], idleTimeoutS: 60, minReplicas: 0, maxReplicas: 4 },
      {
        name: 'team/chat',
        replicas: 2,
        nodeId: 'n-1',
        placement: { nodeLabels: { zone: 'a' }, deviceKind: 'cuda', strategy: 'pack' },
        spec: { slots: 4, gpuLayers: 'auto' },
      },
    ]);
  });

  it('keep the name of a model file from ending its comment', () => {
    const text = deploymentsYaml([deployment({ modelName: 'a\n  replicas: 64' })]);
    expect(read(text).documents[0]?.deployments).toMatchObject([{ replicas: 1 }]);
  });
});
