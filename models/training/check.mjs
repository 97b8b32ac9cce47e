/**
 * Checks a model file with node-llama-cpp, greedily, on one CPU thread:
 *
 *     node check.mjs ../corral-demo.gguf ../corral-demo.questions.json [tokens.json] [--all]
 *
 * The questions go through ChatML; a question may have a `prompt` instead, which is taken as it is.
 * tokens.json (`python3 sample_tokens.py`) has texts with the ids of our own encoder.
 */
import { readFileSync } from 'node:fs';
import { getLlama, LlamaLogLevel } from '../../apps/engine/node_modules/node-llama-cpp/dist/index.js';

const MOST_TOKENS = 450;
const files = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const showAll = process.argv.includes('--all');
const [modelPath, questionsPath, tokensPath] = files;

const llama = await getLlama({ build: 'never', gpu: false, maxThreads: 1, logLevel: LlamaLogLevel.warn });
const model = await llama.loadModel({ modelPath });
const context = await model.createContext({ contextSize: 2048, threads: 1 });
const sequence = context.getSequence();

async function answer(prompt) {
  await sequence.clearHistory();
  const tokens = [];
  for await (const token of sequence.evaluate(model.tokenize(prompt, true), { temperature: 0 })) {
    if (model.isEogToken(token) || tokens.length >= MOST_TOKENS) break;
    tokens.push(token);
  }
  return model.detokenize(tokens, false);
}

function chatml({ system, question }) {
  const head = system ? `<|im_start|>system\n${system}<|im_end|>\n` : '';
  return `${head}<|im_start|>user\n${question}<|im_end|>\n<|im_start|>assistant\n`;
}

async function checkQuestions(questions) {
  let passed = 0;
  for (const entry of questions) {
    const text = await answer(entry.prompt ?? chatml(entry));
    const missing = (entry.mustContain ?? []).filter((part) => !text.includes(part));
    if (missing.length === 0) passed += 1;
    if (missing.length > 0 || showAll) {
      console.log(`${missing.length === 0 ? 'ok' : 'MISSING'} ${JSON.stringify(entry.question ?? entry.prompt)}`);
      console.log(`   ${JSON.stringify(text)}`);
    }
  }
  console.log(`questions: ${passed} of ${questions.length}`);
  return passed === questions.length;
}

function checkTokens(samples) {
  const wrong = samples.filter(
    ({ text, special, ids }) => model.tokenize(text, special).join() !== ids.join(),
  );
  for (const { text } of wrong) console.log(`TOKENS DIFFER ${JSON.stringify(text)}`);
  console.log(`tokens: ${samples.length - wrong.length} of ${samples.length} texts are equal`);
  return wrong.length === 0;
}

const read = (path) => JSON.parse(readFileSync(path, 'utf8'));
let fine = await checkQuestions(read(questionsPath));
if (tokensPath) fine = checkTokens(read(tokensPath)) && fine;
await llama.dispose();
process.exitCode = fine ? 0 : 1;
