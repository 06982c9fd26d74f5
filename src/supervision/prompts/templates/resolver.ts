import { acceptanceBlock, notesBlock } from "./shared-blocks.ts";

/** Asks an agent to settle a merge conflict that stands in its working directory. */
export const resolverTemplate = `{% block intro %}
The change of one task conflicts with work that was merged before it. Your current directory holds the merged \
work with the change applied on top; the files below contain conflict markers.

{% endblock %}
{% block files %}
## Files in conflict
{% for path in files %}
- {{ path }}
{% endfor %}

{% endblock %}
{% block task %}
## The task whose change is being merged: {{ task.title }}
{{ task.prompt }}

{% endblock %}
${acceptanceBlock}
${notesBlock}
{% block rules %}
## Rules
- Keep the intent of both sides; drop neither.
- Change only what the conflict needs. Leave no conflict marker behind.
- You need not commit.

{% endblock %}
{% block gates %}
{% if gates %}
## The result is judged by these commands
{% for gate in gates %}
- {{ gate.name }}: \`{{ gate.run }}\`
{% endfor %}
{% endif %}
{% endblock %}
`;
