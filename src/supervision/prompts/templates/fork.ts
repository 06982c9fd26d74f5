/**
 * For a conversation that is a fork of another task's. The goal, the plan, the rules and what was read stand in front of it; what
 * was seen of files may not be true any more.
 */
export const forkTemplate = `{% extends "builtin/worker.md.j2" %}
{% block intro %}
The task above is done, and its work was accepted and taken away. You carry out another task of the same plan now. \
Your current directory is a working copy at commit {{ baseCommit }}. It may be another directory, and its files may not be what you saw: \
they hold what was merged until now, by other agents too. Look again at what you rely on before you change it.

{% endblock %}
{% block goal %}
{% endblock %}
{% block plan %}
{% endblock %}
{% block rules %}
## Rules
The rules above hold for this task too. Do only this task.
{% endblock %}
`;
