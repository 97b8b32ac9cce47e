/**
 * Stops old versions of Node with one sentence instead of a syntax error. Entry scripts import
 * this file alone and load everything else afterwards, so it keeps to syntax that Node 14 reads.
 */
var OLDEST = [20, 19];

var parts = process.versions.node.split('.').map(Number);
var tooOld = parts[0] < OLDEST[0] || (parts[0] === OLDEST[0] && parts[1] < OLDEST[1]);

if (tooOld) {
  console.error(
    'Corral needs Node ' +
      OLDEST.join('.') +
      ' or newer, and this is Node ' +
      process.versions.node +
      '. Install a current release from https://nodejs.org and run the command again.',
  );
  process.exit(1);
}
