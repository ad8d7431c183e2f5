// Runs state-machine.json: try.mjs FOLDER PID, by deploy/fleet/try. The process is an
// emulator that is killed on the way.
//
// The interpreter has no ItemReader, ItemBatcher and ResultWriter: their work is done
// here, in the handler of the state before. asl-validator has read them as they are.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

// The interpreter wants what Node.js 22 has.
Promise.withResolvers ??= () => {
  let resolve, reject;
  const promise = new Promise((yes, no) => { resolve = yes; reject = no; });
  return { promise, resolve, reject };
};

const [folder, victim] = process.argv.slice(2);
const { StateMachine } = createRequire(join(folder, 'package.json'))('aws-local-stepfunctions');
const text = readFileSync(new URL('./state-machine.json', import.meta.url), 'utf8');
const definition = JSON.parse(text.replace(/\$\{(WorkerArn|MergeArn)\}/g, 'arn:aws:lambda:us-east-1:100000000000:function:$1')
  .replaceAll('${Bucket}', 'results').replaceAll('${Prefix}', 'fleet').replaceAll('${TopicArn}', 'arn:aws:sns:us-east-1:100000000000:changes'));

const map = definition.States.Accounts;
const { MaxItemsPerBatch, BatchInput } = map.ItemBatcher;
for (const name of ['ItemReader', 'ItemBatcher', 'ResultWriter', 'Label', 'ToleratedFailurePercentage']) delete map[name];
map.ItemsPath = '$.list.batches';
map.MaxConcurrency = 3;
definition.States.List.ResultSelector['batches.$'] = '$.batches';

// object reads one of the objects that the worker wrote. The endpoint does not look at
// signatures, only at the service that a request is signed for.
const object = async (key) => {
  const answer = await fetch(`${process.env.AWS_ENDPOINT_URL}/results/${key}`, {
    headers: { authorization: 'AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20261126/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0' },
  });
  if (!answer.ok) throw new Error(`${key}: ${answer.status} ${await answer.text()}`);
  return answer.text();
};

// An emulator answers one event at a time, as an instance of a function does.
const idle = [1, 2, 3];
const waiting = [];
const take = () => (idle.length ? Promise.resolve(idle.shift()) : new Promise((resolve) => waiting.push(resolve)));
const give = (n) => { const next = waiting.shift(); if (next) next(n); else idle.push(n); };
let events = 0, killed = 0;

// invoke sends an event to an emulator; one that is gone is asked no more, and the
// event goes to another one, as Lambda does.
const invoke = async (event) => {
  for (;;) {
    const n = await take();
    try {
      events++;
      const sent = fetch(`http://127.0.0.1:4710${n}/2015-03-31/functions/function/invocations`, { method: 'POST', body: JSON.stringify(event) });
      if (n === 3 && event.Items && !killed) { killed = Date.now(); process.kill(Number(victim), 'SIGKILL'); }
      const answer = await (await sent).json();
      give(n);
      if (answer.errorMessage) throw Object.assign(new Error(answer.errorMessage), { answered: true });
      return answer;
    } catch (error) {
      if (error.answered) throw error;
      if (n !== 3) give(n); // not up yet
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
};

let said = '';
const run = new StateMachine(definition, { validationOptions: { noValidate: true } }).run(
  { organization: true, ou: [], accounts: [], regions: ['us-east-1'] },
  {
    context: { Execution: { Name: 'run-1' } },
    overrides: {
      taskResourceLocalHandlers: {
        List: async (input) => {
          const Payload = await invoke(input.Payload);
          const items = JSON.parse(await object(`fleet/${Payload.key}`));
          const batches = [];
          while (items.length) batches.push({ Items: items.splice(0, MaxItemsPerBatch), BatchInput: { action: BatchInput.action, run: Payload.run, regions: ['us-east-1'] } });
          return { Payload, batches };
        },
        Account: async (input) => ({ Payload: await invoke(input.Payload) }),
        Merge: async (input) => ({ Payload: await invoke(input.Payload) }),
        Notify: async (input) => { said = input.Message; return {}; },
      },
    },
  },
);
await run.result;
if (!killed) throw new Error('no emulator was killed');
writeFileSync(join(folder, 'report.json'), await object('fleet/run-1/report.json'));
const accounts = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')).accounts;
const unread = accounts.filter((a) => a.status === 'unread').map((a) => a.id).join(' ');
if (accounts.length !== 51 || unread !== '300000000007 300000000011') throw new Error(`${accounts.length} accounts, unread: ${unread}`);
if (!said.includes('51 accounts')) throw new Error(`the message is ${said}`);
console.log(`ok ${accounts.length} accounts by ${events} events, one emulator killed; could not be read: ${unread}`);
