import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { API } from 'typescript/unstable/sync';

/** What is left unused by a dropped call or member is no error of the change. */
const UNUSED = new Set([6133, 6138, 6192, 6196, 6198, 6205]);

/** Asks the type checker about one changed file of a tree, which is put back after each answer. */
export function createCompiler(root: string) {
  const api = new API({ cwd: root });
  const config = `${root}/tsconfig.json`;
  api.updateSnapshot({ openProjects: [config] });

  return {
    /** Whether the tree compiles with this text in the file; errors in other files are not sought. */
    compiles(file: string, text: string): boolean {
      const path = join(root, file);
      const original = readFileSync(path, 'utf8');
      writeFileSync(path, text);
      try {
        const snapshot = api.updateSnapshot({ fileChanges: { changed: [path] } });
        const program = snapshot.getProject(config)?.program;
        if (!program) throw new Error('the project cannot be opened');
        const syntax = program.getSyntacticDiagnostics(path);
        const errors = syntax.length > 0 ? syntax : program.getSemanticDiagnostics(path);
        return errors.every(({ code }) => UNUSED.has(code));
      } finally {
        writeFileSync(path, original);
        api.updateSnapshot({ fileChanges: { changed: [path] } });
      }
    },
    close: (): void => api.close(),
  };
}
