/** Blocks that several prompts have in common. */
export const notesBlock = `{% block notes %}
{% if notes %}
## What is known about this repository
{% for note in notes %}
- {{ note }}
{% endfor %}

{% endif %}
{% endblock %}`;

export const acceptanceBlock = `{% block acceptance %}
{% if task.acceptance %}
## Accepted when
{% for statement in task.acceptance %}
- {{ statement }}
{% endfor %}

{% endif %}
{% endblock %}`;
