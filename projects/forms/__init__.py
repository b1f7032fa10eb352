"""Forms of projects."""

from projects.forms.questions import (
    AccountOwnerForm,
    AgreementForm,
    DemoForm,
    LeaveDemoForm,
    LostForm,
    NextStepForm,
    ProjectContactForm,
    RoleForm,
    WonForm,
)
from projects.forms.records import ConvertForm, CustomerForm, EditProjectForm, NewProjectForm, PipelineForm

__all__ = [
    "AccountOwnerForm",
    "AgreementForm",
    "ConvertForm",
    "CustomerForm",
    "DemoForm",
    "EditProjectForm",
    "LeaveDemoForm",
    "LostForm",
    "NewProjectForm",
    "NextStepForm",
    "PipelineForm",
    "ProjectContactForm",
    "RoleForm",
    "WonForm",
]
