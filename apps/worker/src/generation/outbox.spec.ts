import type { FrameStream } from '@corral/contracts';
import { Outbox, type OutboxPort } from './outbox.pure.js';

const piece = (index: number): FrameStream => ({
  generationId: 'g-0',
  attempt: 1,
  index,
  tokens: [index],
  text: '',
});

class RecordingPort implements OutboxPort {
  now: 'open' | 'held' | 'closed' = 'open';
  readonly sent: string[] = [];

  gate() {
    return this.now;
  }

  send(controllerId: string, streams: FrameStream[]): void {
    this.sent.push(`${controllerId}:${streams.map(({ index }) => index).join(',')}`);
  }
}

describe('the outbox', () => {
  let port: RecordingPort;
  let outbox: Outbox;
  beforeEach(() => {
    port = new RecordingPort();
    outbox = new Outbox(port);
  });

  it('sends at once while it is open', () => {
    outbox.put('a', [piece(0), piece(1)]);
    expect(port.sent).toEqual(['a:0,1']);
  });

  it('holds pieces back and sends them in their order, before what comes later', () => {
    port.now = 'held';
    outbox.put('a', [piece(0)]);
    outbox.put('b', [piece(0)]);
    outbox.release();
    expect(port.sent).toEqual([]);
    port.now = 'open';
    outbox.put('a', [piece(1)]);
    expect(port.sent).toEqual(['a:0', 'b:0', 'a:1']);
    outbox.release();
    expect(port.sent).toHaveLength(3);
  });

  it('drops for ever what it held when it is closed', () => {
    port.now = 'held';
    outbox.put('a', [piece(0)]);
    port.now = 'closed';
    outbox.put('a', [piece(1)]);
    port.now = 'open';
    outbox.put('a', [piece(2)]);
    expect(port.sent).toEqual(['a:2']);
  });
});
