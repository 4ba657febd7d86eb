/** Owns what of Bitbucket this emulator does not play, by product: somebody who needs it finds out before the first test. */

export const notEmulated: Readonly<Record<"Cloud" | "Data Center and Server", readonly string[]>> = {
  Cloud: [
    "Pipelines, deployments, environments, runners, reports and build statuses",
    "issues, wikis and milestones (removed in August 2026), downloads, snippets beyond their 410",
    "branch restrictions, branching models, default reviewers, deploy keys, SSH and GPG keys",
    "writing through `src`, creating and deleting repositories, projects, forks and workspaces",
    "pull requests between forks, their tasks, merge checks, `conflicts`, and merging in the background",
    "watchers, listing forks, comments on commits and their approval: links lead there, and it is 404",
    "`format=rendered` of files, `q=user.email` of a workspace's members; what Bitbucket has on a path that is played otherwise is 501",
    "code search, add-ons, Connect and Forge apps, properties of apps",
    "git over SSH, Git LFS, partial clones through a CDN",
    "the website beyond log-in, consent, settings of credentials, and the pages that links of the API lead to",
  ],
  "Data Center and Server": [
    "creating, changing and deleting projects, repositories, forks, people and groups by REST",
    "branch permissions, merge checks, hooks of the server, code insights, build statuses, required builds",
    "`metadata` of branches (`details`, `base`), `filter` of diffs, `markup` of raw files, comment counts in changes (`withComments`)",
    "publishing a review as a whole, orphaned comments, comments on files and on earlier diffs inside a JSON diff",
    "suggestions, watchers, likes, labels, attachments, auto-merge, rebasing by REST, Git LFS, mirrors, migration",
    "SSH and GPG keys, git over SSH, two-step verification, SSO",
    "administration beyond application links, CAPTCHA and the rate limit",
    "the website beyond log-in, consent, application links, HTTP access tokens, and the pages that links of the API lead to",
  ],
};
