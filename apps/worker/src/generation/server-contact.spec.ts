import { contactStateOf, ServerContact } from './server-contact.pure.js';

describe('a worker', () => {
  it.each([
    [0, 'in_touch'],
    [3_000, 'in_touch'],
    [3_001, 'unsure'],
    [8_000, 'unsure'],
    [8_001, 'cut_off'],
  ])('whose last proof of contact is %i ms old is %s', (provenAgoMs, state) => {
    expect(contactStateOf(provenAgoMs)).toBe(state);
  });

  it.each([
    [2_000, 500, 'in_touch'],
    [8_001, 8_000, 'unsure'],
    [60_000, 8_000, 'unsure'],
    [8_001, 8_001, 'cut_off'],
    [60_001, 0, 'cut_off'],
  ])('with a proof %i ms ago and a refusal %i ms ago is %s', (provenAgoMs, refusedAgoMs, state) => {
    expect(contactStateOf(provenAgoMs, refusedAgoMs)).toBe(state);
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

  it('does not fence while the server refuses connections, and is not in touch either', () => {
    for (let nowMs = 1_000; nowMs <= 20_000; nowMs += 1_000) contact.refused(nowMs, nowMs);
    expect(contact.state(20_000)).toBe('unsure');
    contact.proven(20_500, 20_500);
    expect(contact.state(20_500)).toBe('in_touch');
    expect(fences).toBe(0);
  });

  it('fences when the refusals end without a proof', () => {
    contact.refused(5_000, 5_000);
    expect(contact.state(13_000)).toBe('unsure');
    expect(contact.state(13_001)).toBe('cut_off');
    expect(fences).toBe(1);
  });

  it('fences first when a refusal comes after too long, and then waits for a proof', () => {
    contact.refused(30_000, 30_000);
    expect(contact.state(30_000)).toBe('cut_off');
    contact.refused(30_500, 31_000);
    expect(contact.state(31_000)).toBe('cut_off');
    expect(fences).toBe(1);
  });
});
