/** Why a file is not taken for a model; the message is for the person who offered it. */
export class ModelRefusal extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ModelRefusal';
  }
}

/** The header goes on beyond the bytes at hand; whoever has more of the file reads on. */
export class HeaderIncomplete extends Error {
  constructor() {
    super('the header is longer than what was read of it');
    this.name = 'HeaderIncomplete';
  }
}
