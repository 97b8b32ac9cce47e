import { contactStateOf, ServerContact } from './server-contact.js';

describe('a worker', () => {
  it.each([
    [0, 'in_touch'],
    [3_000, 'in_touch'],
    [3_001, 'unsure'],
    [8_000, 'unsure'],
    [8_001, 'cut_off'],
  ])('whose last proof of contact is %i ms old is %s', (silentMs, state) => {
    expect(contactStateOf(silentMs)).toBe(state);
  });
});

describe('the contact with the server', () => {
  let fences: number;
  let contact: ServerContact;
  beforeEach(() => {
    fences = 0;
    contact = new ServerContact(0, () => void (fences += 1));
  });

  it('fences once for each time that it is cut off', () => {
    for (const nowMs of [1_000, 8_000, 8_001, 9_000, 60_000]) contact.state(nowMs);
    expect(fences).toBe(1);
    contact.proven(60_000, 60_001);
    expect(contact.state(60_001)).toBe('in_touch');
    contact.state(68_001);
    expect(fences).toBe(2);
  });

  it('fences first when a proof comes after too long, though nobody looked meanwhile', () => {
    contact.proven(30_000, 30_000);
    expect(fences).toBe(1);
    expect(contact.state(30_000)).toBe('in_touch');
  });

  it('is not proven by the late answer to an early question', () => {
    contact.proven(1_000, 30_000);
    expect(contact.state(30_000)).toBe('cut_off');
    expect(fences).toBe(1);
  });

  it('never goes back to an older proof', () => {
    contact.proven(5_000, 5_000);
    contact.proven(2_000, 5_001);
    expect(contact.state(8_000)).toBe('in_touch');
  });

  it('does not fence for a pause that controllers wait out', () => {
    expect(contact.state(7_999)).toBe('unsure');
    contact.proven(8_000, 8_000);
    expect(fences).toBe(0);
  });
});
