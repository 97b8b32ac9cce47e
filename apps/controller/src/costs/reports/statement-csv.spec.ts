import { statementCsv } from './statement-csv.js';
import { NO_USAGE } from '../../ledger/sums/sums.pure.js';

describe('a statement as CSV', () => {
  const sums = {
    ...NO_USAGE,
    requests: 2,
    localMicrodollars: 1_000_025,
    comparedMicrodollars: 30,
    cloudMicrodollars: 20,
    avoidedMicrodollars: -10,
  };
  const line = {
    userId: null,
    userEmail: null,
    keyId: 'k1',
    keyName: '=HYPERLINK("x")',
    deployment: 'tiny',
    sums,
  };

  it('has a line for each, exact dollars, and no formulas', () => {
    const csv = statementCsv({
      month: '2026-11',
      team: { id: 't', name: 'Research, A' },
      final: true,
      lines: [line],
      total: sums,
    });
    const [header, first, ...rest] = csv.split('\n');
    expect(header).toMatch(
      /^month,team_id,team,user_id,user_email,key_id,key,deployment,requests,/,
    );
    expect(first).toBe(
      `2026-11,t,"Research, A",,,k1,"'=HYPERLINK(""x"")",tiny,2,0,0,0,0,1000025,1.000025,30,20,-10`,
    );
    expect(rest).toEqual(['']);
  });
});
