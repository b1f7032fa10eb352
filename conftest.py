"""Fixtures that every test may use: the people of the demo, and those of `partnerportal.testing`."""

pytest_plugins = ["partners.tests.fixtures", "partnerportal.tests.pages"]
