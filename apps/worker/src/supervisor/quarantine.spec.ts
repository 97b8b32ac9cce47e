import { Quarantine } from './quarantine.pure.js';

describe('the quarantine', () => {
  it('refuses a generation that was on board of two lost engines', () => {
    const quarantine = new Quarantine();
    quarantine.record(['poison', 'bystander']);
    expect(quarantine.refuses('poison')).toBe(false);
    quarantine.record(['poison']);
    expect(quarantine.refuses('poison')).toBe(true);
    expect(quarantine.refuses('bystander')).toBe(false);
  });

  it('forgets the oldest beyond a thousand', () => {
    const quarantine = new Quarantine();
    quarantine.record(['old']);
    quarantine.record(['old']);
    quarantine.record(Array.from({ length: 1000 }, (_, at) => `other-${at}`));
    expect(quarantine.refuses('old')).toBe(false);
  });
});
