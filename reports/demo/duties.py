"""What is to do on the projects of the demo."""

from __future__ import annotations

from datetime import timedelta

from projects.models import Project
from reports.demo.setting import Setting
from tasks.models import Priority, Status, Task


def give_tasks(setting: Setting, projects: list[Project]) -> None:
    """What is to do on open projects: some overdue, some today, most soon; and what has been done."""
    subjects = (
        "Send revised offer",
        "Call about porting dates",
        "Collect demo answers",
        "Prepare the presentation",
        "Ask for the decision",
        "Check the site plan",
    )
    rng = setting.rng
    for number, project in enumerate(projects):
        due = setting.today + timedelta(days=(-2, 0, 3, 6, 1, 9, 14, 20, 30)[number % 9])
        task = Task(
            partner=setting.partner,
            owner=project.owner,
            assigned_to=project.owner,
            subject=subjects[number % len(subjects)],
            due_on=due,
            status=rng.choice((Status.NOT_STARTED, Status.NOT_STARTED, Status.IN_PROGRESS, Status.WAITING)),
            priority=rng.choice((Priority.HIGH, Priority.NORMAL, Priority.NORMAL, Priority.LOW)),
            related=project,
        )
        setting.chronicle.add(task, at=setting.ago(7 + number % 5), by=project.owner)
        done = Task(
            partner=setting.partner,
            owner=setting.manager,
            assigned_to=project.owner,
            subject="Write down who decides",
            due_on=setting.today - timedelta(days=9),
            related=project,
        )
        setting.chronicle.add(done, at=setting.ago(12), by=setting.manager)
        finished = setting.ago(10)
        setting.chronicle.change(done, at=finished, by=project.owner, status=Status.COMPLETED, completed_at=finished)
